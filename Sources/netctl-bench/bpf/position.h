/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where each CPU is in what it replays. */
#ifndef NETCTL_BENCH_POSITION_H
#define NETCTL_BENCH_POSITION_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* A cache line for each CPU, so that they do not wait for each other. */
struct position {
	__u64 next;
	__u64 reserved[7];
};

/* key     CPU number; max_entries is set before the load
 * writes  the program, on its CPU
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct position);
} positions SEC(".maps");

/* What comes next on this CPU, counted from 0; never beyond 2^32. */
static __always_inline __u32 advance(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct position *position = bpf_map_lookup_elem(&positions, &cpu);

	return position ? position->next++ : 0;
}

#endif
