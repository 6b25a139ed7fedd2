/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tells a drop of ours from those of others, where the kernel frees the packet.
 *
 */
#ifndef NETCTL_OWN_DROP_H
#define NETCTL_OWN_DROP_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* The last packet that a program of ours dropped on this CPU.
 *
 * writes  programs, when somebody watches the kernel's drops
 * reads   drops.bpf.c, of each reader, which clears its reader's bit
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct netctl_own_drop);
} event_own_drop SEC(".maps");

/* Remembers a packet by its address; 0: of a frame, which has none yet. */
static __always_inline void remember_own_drop(__u64 packet, __u32 readers)
{
	struct netctl_own_drop *last = bpf_map_lookup_elem(&event_own_drop, &(__u32){ 0 });

	if (!last)
		return;
	last->packet = packet;
	last->time = bpf_ktime_get_boot_ns();
	last->readers = readers;
}

#endif
