/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who reads events, and how one gets to them: each reader has conditions, a limit and a buffer of
 * its own. Costs one load while nobody reads.
 *
 */
#ifndef NETCTL_READERS_H
#define NETCTL_READERS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* Which readers there are, one element.
 *
 * writes  readers as they come and go; a program that finds one gone clears its bit reads   every
 *         program, for every packet since   Linux 5.5 (BPF_F_MMAPABLE); 5.12 for the atomic clear
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_guard);
} event_guard SEC(".maps");

/* What each reader wants.
 *
 * writes  the reader, by mmap, before its bit is set; `active` is cleared when its process ends
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NETCTL_READERS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_reader);
} event_readers SEC(".maps");

/* Each reader's buffer: struct netctl_event and the bytes that were captured.
 *
 * full    the event is counted as lost
 * since   Linux 5.8
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, NETCTL_READERS_MAX);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} event_rings SEC(".maps");

/* What became of each reader's events, by reader * NETCTL_HOOK_MAX + hook.
 *
 * writes  programs, atomically: one on a cgroup hook can be interrupted; the reader, at its start
 *
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NETCTL_READERS_MAX *NETCTL_HOOK_MAX);
	__type(key, __u32);
	__type(value, struct netctl_event_count);
} event_counts SEC(".maps");

/* Whether events are made at all: not by bodies that judge for `test` and `explain`. */
const volatile bool emits = false;

static __always_inline struct netctl_guard *guard_element(void)
{
	return bpf_map_lookup_elem(&event_guard, &(__u32){ 0 });
}

/* The bits of the guard; 0 while nobody reads. */
static __always_inline __u32 watched(void)
{
	struct netctl_guard *guard = guard_element();

	return guard ? *(volatile __u32 *)&guard->bits : 0;
}

/* Takes a reader that has ended off the guard. */
static __always_inline void forget_reader(__u32 number)
{
	struct netctl_guard *guard = guard_element();

	if (guard)
		__sync_fetch_and_and(&guard->bits, ~(1u << (number & 31)));
}

#endif
