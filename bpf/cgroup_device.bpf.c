// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The cgroup hook for device nodes: asked when a process of the cgroup opens or makes one. Verdicts
 * are those of packets, PASS for what users call allow and DROP for deny; a request has no bytes.
 */
#include <linux/bpf.h>
#include "lib/bodies.h"
#include "lib/counters.h"
#include "lib/offer.h"
#include "lib/place.h"
#include "lib/rule_logs.h"
#include "lib/task.h"

/* The rules, in the order of the list: requests are rare, they are judged one by one.
 *
 * writes  the control plane, before the body is in force and never after
 * size    max_entries is set before the load
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_device_rule);
} device_rules SEC(".maps");

const volatile __u32 rule_count = 0;
const volatile __u8 default_verdict = NETCTL_VERDICT_PASS;
const volatile bool monitor = false; /* what would be denied is allowed and counted as such */

_Static_assert((int)NETCTL_DEVICE_BLOCK == BPF_DEVCG_DEV_BLOCK, "as the kernel has it");
_Static_assert((int)NETCTL_DEVICE_CHARACTER == BPF_DEVCG_DEV_CHAR, "as the kernel has it");
_Static_assert((int)NETCTL_ACCESS_MKNOD == BPF_DEVCG_ACC_MKNOD, "as the kernel has it");
_Static_assert((int)NETCTL_ACCESS_READ == BPF_DEVCG_ACC_READ, "as the kernel has it");
_Static_assert((int)NETCTL_ACCESS_WRITE == BPF_DEVCG_ACC_WRITE, "as the kernel has it");

struct request {
	__u32 kind;
	__u32 access;
	__u32 major, minor;
};

static __always_inline bool matches(const struct netctl_device_rule *rule,
				    const struct request *request)
{
	__u32 held = rule->access & request->access;

	if (!(rule->kinds & request->kind))
		return false;
	if (rule->major != NETCTL_DEVICE_ANY && rule->major != request->major)
		return false;
	if (rule->minor != NETCTL_DEVICE_ANY && rule->minor != request->minor)
		return false;
	return rule->allows ? held == request->access : held != 0;
}

/* Makes the event of a request that has been judged; the process that asks is
 * the current one. */
static __attribute__((noinline)) void report(const struct request *request,
					     enum netctl_verdict verdict, __u32 slot, __u32 rule)
{
	struct netctl_rule_log *log = log_of(slot, rule);
	__u32 guard = watched();
	struct draft *draft;
	bool due;

	if (!log || !(log->logs || guard & NETCTL_GUARD_SAMPLE))
		return;
	draft = take_draft();
	if (!draft)
		return lose(guard, event_hook);
	draft->event.time = bpf_ktime_get_boot_ns();
	draft->event.verdict = verdict;
	place_of_cgroup(&draft->event);
	draft->event.kind = request->kind;
	draft->event.access = request->access;
	draft->event.major = request->major;
	draft->event.minor = request->minor;
	due = attribute(&draft->event, log, slot, rule);
	name_task(&draft->event);
	offer_all(draft, guard, due);
	give_back(draft);
}

static __always_inline enum netctl_verdict
decided(const struct request *request, enum netctl_verdict verdict, __u32 slot, __u32 rule)
{
	count(slot, 0);
	if (emits && watched())
		report(request, verdict, slot, rule);
	return verdict;
}

static __always_inline enum netctl_verdict judge(const struct bpf_cgroup_dev_ctx *ctx)
{
	struct request request = {
		.kind = ctx->access_type & 0xffff,
		.access = ctx->access_type >> 16,
		.major = ctx->major,
		.minor = ctx->minor,
	};

	for (__u32 i = 0; i < NETCTL_DEVICE_RULES_MAX; i++) {
		__u32 number = i;
		struct netctl_device_rule *rule;

		if (i >= rule_count)
			break;
		rule = bpf_map_lookup_elem(&device_rules, &number);
		if (rule && matches(rule, &request))
			return decided(&request, rule->verdict, rule->slot, number);
	}
	if (monitor && default_verdict == NETCTL_VERDICT_DROP)
		return decided(&request, NETCTL_VERDICT_PASS,
			       netctl_slot(NETCTL_REASON_MONITOR, NETCTL_VERDICT_PASS), 0);
	return decided(&request, default_verdict,
		       netctl_slot(NETCTL_REASON_DEFAULT, default_verdict), 0);
}

/* 1: the next program is asked, here or in a parent cgroup; 0: EPERM. */
static __always_inline int device_action(enum netctl_verdict verdict)
{
	return verdict == NETCTL_VERDICT_PASS;
}

static __always_inline int allow(enum netctl_reason reason)
{
	count(netctl_slot(reason, NETCTL_VERDICT_PASS), 0);
	return device_action(NETCTL_VERDICT_PASS);
}

SEC("cgroup/dev")
int device_stub(struct bpf_cgroup_dev_ctx *ctx)
{
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_ACTIVE);
	return allow(NETCTL_REASON_DEFAULT);
}

SEC("cgroup/dev")
int device_filter(struct bpf_cgroup_dev_ctx *ctx)
{
	return device_action(judge(ctx));
}

SEC("cgroup/dev")
int device_paused(struct bpf_cgroup_dev_ctx *ctx)
{
	if (is_paused())
		return allow(NETCTL_REASON_PAUSED);
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_POLICY);
	return allow(NETCTL_REASON_DEFAULT);
}

SEC("cgroup/dev")
int device_pending(struct bpf_cgroup_dev_ctx *ctx)
{
	bpf_tail_call(ctx, &bodies, awaited_body());
	return allow(NETCTL_REASON_DEFAULT);
}

char _license[] SEC("license") = "Dual BSD/GPL";
