/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live block list: prefixes that are dropped before any rule is asked, on all attachments.
 *
 * It is changed while packets flow, so it is no trie: an entry is found by one look-up for each prefix
 * length that has entries, the longest first. One that has expired hides none that is shorter.
 */
#ifndef NETCTL_BLOCK_H
#define NETCTL_BLOCK_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/address.h"
#include "lib/bits.h"
#include "lib/packet.h"

/* Which prefix lengths have entries. One map for all attachments.
 *
 * key     0
 * value   struct netctl_block_guard
 * writes  the control plane: before it adds the first entry of a length, and behind the last one
 * reads   every packet whose addresses are readable
 * since   Linux 5.5 (BPF_F_MMAPABLE)
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_block_guard);
} block_guard SEC(".maps");

/* The entries. One map for all attachments.
 *
 * key     struct netctl_block_key
 * value   struct netctl_block_entry
 * writes  the control plane, one entry at a time; programs, what they drop
 * full    the control plane refuses to add
 * size    NETCTL_BLOCK_ENTRIES; set before the load
 * since   Linux 4.6 (BPF_F_NO_PREALLOC)
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct netctl_block_key);
	__type(value, struct netctl_block_entry);
} block_list SEC(".maps");

/* Whether the destination is looked up: on hooks where packets leave. */
const volatile bool block_destination = false;

/* Whether entries count what they drop; not in test runs on the entries of attachments. */
const volatile bool block_hits = true;

/* An address, and lengths to try; across the boundary of a global function. */
struct block_probe {
	__u64 high, low; /* as in struct netctl_block_key */
	__u64 lengths; /* a word of bits; those that were tried are cleared */
	__u64 bytes; /* of the packet */
	__u32 longest; /* the prefix length of bit 0 */
	__u32 family;
};

/* Whether an entry is in force still. */
static __always_inline bool is_live(const struct netctl_block_entry *entry)
{
	return !entry->expires || bpf_ktime_get_boot_ns() < entry->expires;
}

/* Looks for the longest prefix that is in force among the next lengths; 1 when there is one. Global:
 * verified once, and not for each word.
 */
__attribute__((noinline)) int find_block(struct block_probe *probe)
{
	__u64 lengths;

	if (!probe)
		return 0;
	lengths = probe->lengths;
	for (int i = 0; i < BITS_AT_ONCE && lengths; i++) {
		__u32 length = probe->longest - lowest_bit(lengths);
		__u64 upper = at_most(length, 64);
		struct netctl_block_key key = {
			.high = probe->high & upper_bits(upper),
			.low = probe->low & upper_bits(length - upper),
			.length = length,
			.family = probe->family,
		};
		struct netctl_block_entry *entry = bpf_map_lookup_elem(&block_list, &key);

		lengths &= lengths - 1;
		if (!entry || !is_live(entry))
			continue;
		if (block_hits) {
			__sync_fetch_and_add(&entry->packets, 1);
			__sync_fetch_and_add(&entry->bytes, probe->bytes);
		}
		return 1;
	}
	probe->lengths = lengths;
	return 0;
}

static __always_inline bool has_block(struct block_probe *probe)
{
	for (int i = 0; i < CALLS_MAX && probe->lengths; i++)
		if (find_block(probe))
			return true;
	return false;
}

/* Whether the address that this hook asks about is blocked. */
static __always_inline bool is_blocked(const struct packet *packet)
{
	struct netctl_block_guard *guard = bpf_map_lookup_elem(&block_guard, &(__u32){ 0 });
	const __u8 *address = block_destination ? packet->dst : packet->src;
	struct block_probe probe = { .bytes = counted_bytes(packet), .family = packet->family };

	if (!guard)
		return false;
	if (packet->family == PACKET_IPV4) {
		probe.lengths = guard->ipv4;
		probe.high = (__u64)first_word(address) << 32;
		probe.longest = 32;
		return has_block(&probe);
	}
	if (!(guard->ipv6[0] | guard->ipv6[1] | guard->ipv6[2]))
		return false;
	probe.high = half(address, 0);
	probe.low = half(address, 1);
	for (int i = 0; i < NETCTL_BLOCK_WORDS6; i++) {
		probe.lengths = guard->ipv6[i];
		probe.longest = 128 - 64 * i;
		if (has_block(&probe))
			return true;
	}
	return false;
}

#endif
