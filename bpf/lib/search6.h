/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Longest-prefix match over IPv6 without a call: a hash for each length of prefix, searched by a tree
 * of the lengths (Waldvogel et al., "Scalable High Speed IP Routing Lookups", SIGCOMM 1997).
 *
 * What is found at a length carries the class of the most specific prefix that covers it, and whether
 * a longer one may follow; what is not found sends the search to shorter ones. So an address takes at
 * most NETCTL_SEARCH6_STEPS look-ups however prefixes are nested, of at most two cache lines each.
 * All maps are written by the control plane before the body is in force, and never after.
 */
#ifndef NETCTL_SEARCH6_H
#define NETCTL_SEARCH6_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/address.h"

/* The tree, in one element. */
#define SEARCH6_TREE(name)                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__type(key, __u32);                                                                \
		__type(value, struct netctl_search6);                                              \
	} name SEC(".maps")

/* The lines of all lengths, NETCTL_SEARCH6_LINES in an element. */
struct netctl_lines6 {
	struct netctl_line6 line[NETCTL_SEARCH6_LINES];
};

#define SEARCH6_LINES(name)                                                                        \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__type(key, __u32);                                                                \
		__type(value, struct netctl_lines6);                                               \
	} name SEC(".maps")

SEARCH6_TREE(src_search6);
SEARCH6_TREE(dst_search6);
SEARCH6_LINES(src_lines6);
SEARCH6_LINES(dst_lines6);

/* Where a prefix is: in either of two lines. */
static __always_inline __u64 search6_hash(__u64 seed, __u64 high, __u64 low)
{
	__u64 hash = (high ^ seed) * NETCTL_SEARCH6_FACTOR_HIGH;

	hash = ((hash ^ hash >> 32) + low) * NETCTL_SEARCH6_FACTOR_LOW;
	return hash ^ hash >> 29;
}

/* The entry of a prefix in a line, 0 when it is not there; *full: others may have been put elsewhere. */
static __always_inline __u32 search6_line(void *lines, __u32 index, __u64 high, __u64 low,
					  bool *full)
{
	__u32 element = index / NETCTL_SEARCH6_LINES;
	struct netctl_lines6 *found = bpf_map_lookup_elem(lines, &element);
	struct netctl_line6 *line;

	*full = false;
	if (!found)
		return 0;
	asm volatile("" : "+r"(index));
	line = &found->line[index % NETCTL_SEARCH6_LINES];
	*full = line->entry[NETCTL_LINE6_ENTRIES - 1];
#pragma unroll
	for (int i = 0; i < NETCTL_LINE6_ENTRIES; i++)
		if (line->high[i] == high && line->low[i] == low)
			return line->entry[i];
	return 0;
}

/* The class of an address in network order; 0 when no prefix covers it. */
static __always_inline __u32 search6_class(void *tree, void *lines, const __u8 *address)
{
	struct netctl_search6 *search = bpf_map_lookup_elem(tree, &(__u32){ 0 });
	__u64 high, low;
	__u32 class, length;

	if (!search)
		return NETCTL_ENTRY6_CLASS;
	high = half(address, 0);
	low = half(address, 1);
	class = search->class_of_all;
	length = search->first_length;
	for (int i = 0; i < NETCTL_SEARCH6_STEPS && length; i++) {
		struct netctl_length6 *at;
		__u64 high_bits, low_bits, hash;
		__u32 line, entry;
		bool full;

		/* clang would look at the low byte alone; the verifier would not see what that bounds. */
		asm volatile("" : "+r"(length));
		if (length > 128)
			break;
		at = &search->length[length];
		high_bits = high & at->high_mask;
		low_bits = low & at->low_mask;
		hash = search6_hash(search->seed, high_bits, low_bits);
		line = at->first_line + ((hash >> 32) * at->lines >> 32);
		entry = search6_line(lines, line, high_bits, low_bits, &full);
		if (!entry && full) {
			line = at->first_line + ((__u64)(__u32)hash * at->lines >> 32);
			entry = search6_line(lines, line, high_bits, low_bits, &full);
		}
		if (entry) {
			class = entry & NETCTL_ENTRY6_CLASS;
			length = entry & NETCTL_ENTRY6_LONGER ? at->longer : 0;
		} else {
			length = at->shorter;
		}
	}
	return class;
}

#endif
