/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The counters of one attachment. */
#ifndef NETCTL_COUNTERS_H
#define NETCTL_COUNTERS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* Packets and bytes by slot, a block of NETCTL_SLOTS for each CPU number and one more.
 *
 * key     block * NETCTL_SLOTS + slot
 * value   struct netctl_counter
 * writes  every program of the attachment, into its CPU's block; the control plane into the last
 * reads   the control plane, by mmap
 * size    max_entries is set at attach, (highest possible CPU + 2) * NETCTL_SLOTS
 * since   Linux 5.5 (BPF_F_MMAPABLE)
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NETCTL_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_counter);
} counters SEC(".maps");

/* Set where a program can be interrupted by itself on one CPU: cgroup hooks, and PREEMPT_RT. */
const volatile bool atomic_counters = false;

static __always_inline void count(__u32 slot, __u64 bytes)
{
	__u32 index = bpf_get_smp_processor_id() * NETCTL_SLOTS + slot;
	struct netctl_counter *counter = bpf_map_lookup_elem(&counters, &index);

	if (!counter)
		return;
	if (atomic_counters) {
		__sync_fetch_and_add(&counter->packets, 1);
		__sync_fetch_and_add(&counter->bytes, bytes);
	} else {
		counter->packets++;
		counter->bytes += bytes;
	}
}

#endif
