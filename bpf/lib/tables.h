/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of a compiled filter. The control plane writes them before the body is put in force
 * and never after: a changed policy is a new body with new tables. Sizes are set before the load.
 */
#ifndef NETCTL_TABLES_H
#define NETCTL_TABLES_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* From an address class (trie4.h, search6.h) to its row, or to the rule that it decides (NETCTL_ROW_DECIDED). */
#define ADDRESS_ROW(name)                                                                          \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

ADDRESS_ROW(src_row);
ADDRESS_ROW(dst_row);

/* Longest-prefix match from a mark, in network order, to its class, of which the reserved ones are
 * none; no entry is NETCTL_CLASS_FIRST.
 *
 * since   Linux 4.11; NO_PREALLOC is mandatory (kernel/bpf/lpm_trie.c, trie_alloc)
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct netctl_lpm4_key);
	__type(value, __u32);
} mark_prefix SEC(".maps");

/* From a value to its class, one element that holds the whole table: an array of 2-byte elements
 * would take 8 bytes each. The row of a class is the dimension's first row plus the class.
 */
#define CLASS_TABLE(name, values)                                                                  \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(key_size, sizeof(__u32));                                                   \
		__uint(value_size, (values)*2);                                                    \
	} name SEC(".maps")

CLASS_TABLE(proto_class, NETCTL_PROTO_VALUES);
CLASS_TABLE(sport_class, NETCTL_PORT_VALUES);
CLASS_TABLE(dport_class, NETCTL_PORT_VALUES);
CLASS_TABLE(tcp_flags_class, NETCTL_TCP_FLAGS_VALUES);
CLASS_TABLE(icmp_class, NETCTL_ICMP_VALUES);
CLASS_TABLE(ethertype_class, NETCTL_ETHERTYPE_VALUES);
CLASS_TABLE(vlan_class, NETCTL_VLAN_VALUES);
CLASS_TABLE(fragment_class, NETCTL_FRAGMENT_VALUES);
CLASS_TABLE(length_class, NETCTL_LENGTH_VALUES);
CLASS_TABLE(ttl_class, NETCTL_TTL_VALUES);
CLASS_TABLE(dscp_class, NETCTL_DSCP_VALUES);
CLASS_TABLE(ext_class, NETCTL_EXT_HEADER_VALUES);

/* A word for each row: with one word of rules the row itself, else a bit for every word that has
 * any bit set.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} row_summary SEC(".maps");

/* The words of each row, bit 0 of word 0 being the first rule; the value is resized to the words
 * that the filter has. Not created for filters of one word.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, NETCTL_ROW_WORDS_MAX * sizeof(__u64));
} row_words SEC(".maps");

/* The rules, in the order of the filter. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct netctl_rule);
} rules SEC(".maps");

#endif
