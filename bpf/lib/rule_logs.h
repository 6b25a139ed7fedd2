/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which decisions of a body become events, and how often. */
#ifndef NETCTL_RULE_LOGS_H
#define NETCTL_RULE_LOGS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* What rules and reasons log, and the state of their limits.
 *
 * key     the rule's number; NETCTL_REASON_MAX more for reasons without a rule
 * writes  the control plane, before the body is in force; then the body
 * size    max_entries is set before the load
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NETCTL_REASON_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_rule_log);
} rule_logs SEC(".maps");

/* Which body this is, by a number that only it has. */
const volatile __u64 body_number = 0;
/* Rules of the filter or list: what is logged without a rule is behind them in `rule_logs`. */
const volatile __u32 logged_rules = 0;

static __always_inline bool has_rule(__u32 slot)
{
	return slot >= NETCTL_SLOT_RULES;
}

/* What is said about a decision; NULL: nothing. */
static __always_inline struct netctl_rule_log *log_of(__u32 slot, __u32 rule)
{
	__u32 index = has_rule(slot) ? rule : logged_rules + slot / NETCTL_VERDICT_MAX;

	return bpf_map_lookup_elem(&rule_logs, &index);
}

/* Whether the rule's own limit lets an event through, and how many it has held back. */
static __always_inline bool is_due(struct netctl_rule_log *log, struct netctl_event *event)
{
	__u64 last = log->last;

	if (!log->interval)
		return true;
	if ((!last || event->time - last >= log->interval) &&
	    __sync_val_compare_and_swap(&log->last, last, event->time) == last) {
		event->suppressed = __sync_lock_test_and_set(&log->held, 0);
		return true;
	}
	__sync_fetch_and_add(&log->held, 1);
	return false;
}

/* Says which rule, and why; false when the rule's limit holds the event back.
 *
 */
static __always_inline bool attribute(struct netctl_event *event, struct netctl_rule_log *log,
				      __u32 slot, __u32 rule)
{
	event->body = body_number;
	event->reason = has_rule(slot) ? NETCTL_REASON_RULE : slot / NETCTL_VERDICT_MAX;
	if (has_rule(slot)) {
		event->flags |= NETCTL_EVENT_RULE;
		event->rule = rule;
		event->name = log->name;
		if (log->monitored)
			event->reason = NETCTL_REASON_MONITOR;
	}
	if (!log->logs) {
		event->flags |= NETCTL_EVENT_SAMPLED;
		return true;
	}
	return is_due(log, event);
}

#endif
