/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the programs of `netctl trace` tell what they saw. */
#ifndef NETCTL_TRACE_EVENTS_H
#define NETCTL_TRACE_EVENTS_H

#include <netctl/abi.h>
#include "lib/tracing.h"

/* What was seen, in the order in which it happened.
 *
 * value   struct netctl_trace_process, netctl_trace_arguments or netctl_trace_socket: `kind` tells
 * writes  the programs of one `netctl trace`
 * reads   that process, as long as it lives
 * full    the event is counted as lost
 * since   Linux 5.8
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, NETCTL_TRACE_RING);
} trace_events SEC(".maps");

/* How many events there were.
 *
 * key     0
 * value   struct netctl_trace_totals
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct netctl_trace_totals);
} trace_totals SEC(".maps");

/* What is asked for, as far as it saves work to know it here; the reader asks the rest. 0 is no process and
 * no namespace, and the last number is no user.
 */
const volatile __u32 only_pid = 0;
const volatile __u32 only_uid = (__u32)-1;
const volatile __u32 only_netns = 0;
const volatile __u16 only_first_port = 0;
const volatile __u16 only_last_port = 65535;

static __always_inline bool is_meant_process(__u32 pid, __u32 uid)
{
	return (!only_pid || only_pid == pid) && (only_uid == (__u32)-1 || only_uid == uid);
}

/* Counts an event that is in `trace_events`. Tracepoints run on every CPU at once. */
static __always_inline void count_sent(void)
{
	__u32 zero = 0;
	struct netctl_trace_totals *totals = bpf_map_lookup_elem(&trace_totals, &zero);

	if (totals)
		__sync_fetch_and_add(&totals->sent, 1);
}

/* Counts an event for which there was no room. */
static __always_inline void count_lost(void)
{
	__u32 zero = 0;
	struct netctl_trace_totals *totals = bpf_map_lookup_elem(&trace_totals, &zero);

	if (totals)
		__sync_fetch_and_add(&totals->lost, 1);
}

/* Counts an event that was not asked for. */
static __always_inline void count_filtered(void)
{
	__u32 zero = 0;
	struct netctl_trace_totals *totals = bpf_map_lookup_elem(&trace_totals, &zero);

	if (totals)
		__sync_fetch_and_add(&totals->filtered, 1);
}

#endif
