/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Top talkers: the sources with the most packets, in bounded memory and without a helper but one.
 *
 * A source belongs to one set of four. What a source is told to have sent is what was counted since it
 * took its place there, and how many packets it may have sent before: a source that sent more than a
 * quarter of a set's packets has a place.
 */
#ifndef NETCTL_TALKERS_H
#define NETCTL_TALKERS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/address.h"
#include "lib/packet.h"

struct talkers {
	struct netctl_talkers_header header;
	struct netctl_talker_set sets[NETCTL_TALKER_SETS];
};

/* The sources of one attachment, for each CPU number.
 *
 * key     the CPU's number
 * value   struct talkers
 * writes  every body of the attachment that judges, into its CPU's element; on cgroup hooks one may be
 *         interrupted by another, and a packet may be missing
 * reads   the control plane, by mmap
 * size    max_entries is set at attach, highest possible CPU + 1
 * since   Linux 5.5 (BPF_F_MMAPABLE)
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct talkers);
} talkers SEC(".maps");

/* Whether sources are counted; not where the cost of that is measured. */
const volatile bool notes_sources = true;

/* Counts a packet for its source; what has no addresses has none. */
static __always_inline void note_source(const struct packet *packet, bool dropped)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct netctl_talker_set *set;
	struct netctl_talker *fewest;
	struct talkers *all;
	__u64 high, low, hash, least;

	if (!notes_sources || !packet->family)
		return;
	all = bpf_map_lookup_elem(&talkers, &cpu);
	if (!all)
		return;
	if (packet->family == PACKET_IPV4) {
		high = 0;
		low = 0xffffULL << 32 | first_word(packet->src);
	} else {
		high = half(packet->src, 0);
		low = half(packet->src, 1);
	}
	hash = high * all->header.multipliers[0] + low * all->header.multipliers[1];
	set = &all->sets[hash >> 57];
#pragma unroll
	for (int i = 0; i < NETCTL_TALKERS_IN_SET; i++) {
		struct netctl_talker *talker = &set->talkers[i];

		if (talker->low != low || talker->high != high)
			continue;
		talker->packets++;
		talker->bytes += counted_bytes(packet);
		talker->dropped += dropped;
		return;
	}
	fewest = &set->talkers[0];
	least = fewest->packets + fewest->before;
#pragma unroll
	for (int i = 1; i < NETCTL_TALKERS_IN_SET; i++) {
		struct netctl_talker *talker = &set->talkers[i];
		__u64 most = talker->packets + talker->before;

		if (most < least) {
			fewest = talker;
			least = most;
		}
	}
	fewest->high = high;
	fewest->low = low;
	fewest->before = least;
	fewest->packets = 1;
	fewest->bytes = counted_bytes(packet);
	fewest->dropped = dropped;
}

_Static_assert(NETCTL_TALKER_SETS == 1 << (64 - 57), "as many as the hash has values");

#endif
