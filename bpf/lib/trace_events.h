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

#endif
