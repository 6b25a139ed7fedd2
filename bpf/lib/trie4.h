/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Longest-prefix match over IPv4 by three loads at most and no call: 16, 8 and 8 bits of the address.
 *
 * An entry is a class, or leads further (abi.h). Only what is in use takes memory: a block for a /16
 * with prefixes longer than that, a leaf of a cache line for a /24 with prefixes longer than that.
 * Where the blocks would take more than that the trie is ranked: in their place is a bit for each /24, and
 * for those whose bit is set an entry of 8 bytes, one behind the other. The bits, 2 MB, stay in caches: an
 * address that no prefix covers costs no access to memory, however many prefixes there are.
 * All maps are written by the control plane before the body is in force, and never after.
 */
#ifndef NETCTL_TRIE4_H
#define NETCTL_TRIE4_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* An entry for each value of the first 16 bits, in one element; the value is larger where the trie is ranked. */
#define TRIE4_ROOT(name)                                                                           \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(key_size, sizeof(__u32));                                                   \
		__uint(value_size, NETCTL_TRIE4_ROOT_ENTRIES * sizeof(__u32));                     \
	} name SEC(".maps")

/* Blocks of 256 entries, NETCTL_TRIE4_BLOCKS in an element; before them the entries of a ranked trie. */
struct netctl_blocks4 {
	union {
		__u32 entry[NETCTL_TRIE4_BLOCKS * 256];
		struct netctl_net4 net[NETCTL_TRIE4_NETS];
	};
};

#define TRIE4_BLOCKS(name)                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__type(key, __u32);                                                                \
		__type(value, struct netctl_blocks4);                                              \
	} name SEC(".maps")

/* Leaves, NETCTL_TRIE4_LEAVES in an element. */
struct netctl_leaves4 {
	struct netctl_leaf4 leaf[NETCTL_TRIE4_LEAVES];
};

#define TRIE4_LEAVES(name)                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__type(key, __u32);                                                                \
		__type(value, struct netctl_leaves4);                                              \
	} name SEC(".maps")

TRIE4_ROOT(src_trie4);
TRIE4_ROOT(dst_trie4);
TRIE4_BLOCKS(src_blocks4);
TRIE4_BLOCKS(dst_blocks4);
TRIE4_LEAVES(src_leaves4);
TRIE4_LEAVES(dst_leaves4);

/* No class has this number. */
#define TRIE4_BROKEN NETCTL_TRIE4_INDEX

/* The entry of a block. */
static __always_inline __u32 trie4_block(void *blocks, __u32 entry, __u32 byte)
{
	__u32 block = entry & NETCTL_TRIE4_INDEX;
	__u32 element = block / NETCTL_TRIE4_BLOCKS;
	__u32 slot = (block % NETCTL_TRIE4_BLOCKS) << 8 | byte;
	struct netctl_blocks4 *found = bpf_map_lookup_elem(blocks, &element);

	/* clang knows that it is in bounds and drops the mask; the verifier of 6.1 does not. */
	asm volatile("" : "+r"(slot));
	return found ? found->entry[slot % (NETCTL_TRIE4_BLOCKS * 256)] : TRIE4_BROKEN;
}

/* The entry of an address by that of its /24; of its /16 when the /24 has none. */
static __always_inline __u32 trie4_ranked(__u32 *root, void *blocks, __u32 net, __u32 byte)
{
	__u64 *present = (__u64 *)(root + NETCTL_TRIE4_ROOT_ENTRIES);
	__u32 *before = (__u32 *)(present + NETCTL_TRIE4_WORDS);
	__u64 bit = 1ULL << (net & 63);
	__u32 word = net >> 6;
	__u32 rank, element;
	struct netctl_blocks4 *found;
	struct netctl_net4 *entry;
	__u64 bits;

	/* As in trie4_block. */
	asm volatile("" : "+r"(word));
	word %= NETCTL_TRIE4_WORDS;
	bits = present[word];
	if (bits & bit) {
		rank = before[word] + __builtin_popcountll(bits & (bit - 1));
		element = rank / NETCTL_TRIE4_NETS;
		found = bpf_map_lookup_elem(blocks, &element);
		if (!found)
			return TRIE4_BROKEN;
		asm volatile("" : "+r"(rank));
		entry = &found->net[rank % NETCTL_TRIE4_NETS];
		if (byte - entry->first < entry->count)
			return entry->entry;
	}
	/* Four words of bits for each /16. */
	return root[word >> 2];
}

/* The class of an address by a leaf, or the block to look it up in. */
static __always_inline __u32 trie4_leaf(void *leaves, __u32 entry, __u32 byte)
{
	__u32 index = entry & NETCTL_TRIE4_INDEX;
	__u32 element = index / NETCTL_TRIE4_LEAVES;
	struct netctl_leaves4 *found = bpf_map_lookup_elem(leaves, &element);
	struct netctl_leaf4 *leaf;

	if (!found)
		return TRIE4_BROKEN;
	asm volatile("" : "+r"(index));
	leaf = &found->leaf[index % NETCTL_TRIE4_LEAVES];
	return leaf->inside[byte >> 6] >> (byte & 63) & 1 ? leaf->class_inside
							  : leaf->class_outside;
}

/* The class of an address in network order; 0 when no prefix covers it. */
static __always_inline __u32 trie4_class(bool ranked, void *roots, void *blocks, void *leaves,
					 const __u8 *address)
{
	__u32 *root = bpf_map_lookup_elem(roots, &(__u32){ 0 });
	__u32 index = address[0] << 8 | address[1];
	__u32 entry;

	if (!root)
		return TRIE4_BROKEN;
	if (ranked) {
		entry = trie4_ranked(root, blocks, index << 8 | address[2], address[3]);
	} else {
		/* As in trie4_block. */
		asm volatile("" : "+r"(index));
		entry = root[index % NETCTL_TRIE4_ROOT_ENTRIES];
		if (entry & NETCTL_TRIE4_BLOCK)
			entry = trie4_block(blocks, entry, address[2]);
	}
	if (entry & NETCTL_TRIE4_LEAF)
		entry = trie4_leaf(leaves, entry, address[3]);
	if (entry & NETCTL_TRIE4_BLOCK)
		entry = trie4_block(blocks, entry, address[3]);
	return entry;
}

#endif
