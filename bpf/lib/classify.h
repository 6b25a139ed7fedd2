/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a packet to the rule that decides it, at a cost that does not grow with the rules.
 *
 * Each dimension in use gives a row: a bitmap of the rules that its value satisfies. The rule is the
 * first bit of the AND of the rows; the AND of their summaries names the words worth reading.
 */
#ifndef NETCTL_CLASSIFY_H
#define NETCTL_CLASSIFY_H

#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/bits.h"
#include "lib/counters.h"
#include "lib/limit.h"
#include "lib/packet.h"
#include "lib/parse.h"
#include "lib/readers.h"
#include "lib/search6.h"
#include "lib/tables.h"
#include "lib/trie4.h"

/* The filter's configuration: constants to the verifier, which removes what they switch off. */
const volatile __u32 dimensions = 0; /* bits by enum netctl_dimension */
const volatile __u32 first_row[NETCTL_DIMENSION_MAX] = {}; /* addresses: of frames without any */
const volatile bool src_ranked4 = false, dst_ranked4 = false; /* see trie4.h */
const volatile bool limited = false; /* a rule has a limit */
const volatile bool redirects = false; /* a rule has an interface to redirect to */
const volatile bool monitor = false; /* what would be dropped is passed and counted as such */
const volatile bool judges_non_ip = false; /* a rule has family, ethertype or vlan */
const volatile __u32 words = 1; /* of a row */
const volatile __u8 default_verdict = NETCTL_VERDICT_PASS;
const volatile __u8 malformed_verdict = NETCTL_VERDICT_DROP;
const volatile __u8 non_ip_verdict = NETCTL_VERDICT_PASS;

/* What is to be done with a packet, and where it is counted. */
struct judgement {
	__u32 verdict; /* enum netctl_verdict */
	__u32 slot;
	__u32 rule; /* that decided: where REDIRECT leads to is known by it */
};

static __always_inline struct judgement judged(enum netctl_reason reason,
					       enum netctl_verdict verdict)
{
	if (monitor && verdict == NETCTL_VERDICT_DROP) {
		reason = NETCTL_REASON_MONITOR;
		verdict = NETCTL_VERDICT_PASS;
	}
	return (struct judgement){ .verdict = verdict, .slot = netctl_slot(reason, verdict) };
}

/* A table is missing what the control plane promised: never seen, never unexplained either. */
static __always_inline struct judgement aborted(void)
{
	return judged(NETCTL_REASON_RULE, NETCTL_VERDICT_ABORTED);
}

/* The packet and the rule found so far, across the boundary of a global function. */
struct scan {
	__u64 length;
	__u64 summary; /* bits of words that are not judged yet */
	__u64 word; /* bits of rules that are not judged yet */
	__u32 index; /* of that word */
	__u32 row[NETCTL_DIMENSION_MAX]; /* of the dimensions in use */
	__u32 unreadable; /* NETCTL_FIELD_* */
	__u32 undecidable; /* out: the rule that holds needs what cannot be read */
	__u32 counted; /* out: see struct packet */
	struct judgement judgement; /* out */
	__u8 src[8]; /* what buckets may be told apart by */
	__u32 family; /* enum packet_family */
};

/* Judges the next rules whose bits are set in the word; 1 when one of them decided. Global: verified once
 * instead of once for each of 64 words.
 */
__attribute__((noinline)) int scan_bits(struct scan *scan)
{
	__u64 word;

	if (!scan)
		return 1;
	word = scan->word;
	for (int i = 0; i < BITS_AT_ONCE && word; i++) {
		__u32 number = scan->index * 64 + lowest_bit(word);
		struct netctl_rule *rule = bpf_map_lookup_elem(&rules, &number);

		word &= word - 1;
		if (!rule) {
			scan->judgement = aborted();
			return 1;
		}
		if (rule->needs & scan->unreadable) {
			if (rule->verdict == NETCTL_VERDICT_NONE)
				continue;
			scan->undecidable = 1;
			return 1;
		}
		if (limited && rule->limit_per &&
		    !exceeds(rule, scan->family == PACKET_IPV4, scan->src))
			continue;
		if (rule->verdict == NETCTL_VERDICT_NONE) {
			count(rule->slot, scan->length);
			if (emits && rule->logs && !scan->counted)
				scan->counted = number + 1;
			continue;
		}
		scan->judgement = (struct judgement){ rule->verdict, rule->slot, number };
		return 1;
	}
	scan->word = word;
	return 0;
}

/* Judges all rules of a word. Inline, as is scan_summary: Linux 6.1 takes at least 32 bytes of 512 for the stack
 * of each function of a chain of calls.
 */
static __always_inline bool scan_word(struct scan *scan, __u64 word, __u32 index)
{
	scan->word = word;
	scan->index = index;
	for (int i = 0; i < CALLS_MAX && scan->word; i++)
		if (scan_bits(scan))
			return true;
	return false;
}

/* What a packet has of a field. */
enum field {
	FIELD_ABSENT,
	FIELD_UNREADABLE,
	FIELD_PRESENT,
};

/* A field of every IP packet. */
static __always_inline enum field ip_field(const struct packet *packet)
{
	return packet->family ? FIELD_PRESENT : FIELD_ABSENT;
}

/* A field that may be behind extension headers. */
static __always_inline enum field chain_field(const struct packet *packet)
{
	if (packet->unreadable & NETCTL_FIELD_CHAIN)
		return FIELD_UNREADABLE;
	return ip_field(packet);
}

/* A field of the L4 header of some protocols. */
static __always_inline enum field l4_field(const struct packet *packet, bool has)
{
	if (packet->unreadable & NETCTL_FIELD_CHAIN)
		return FIELD_UNREADABLE;
	if (!packet->family || !has || packet->later_fragment)
		return FIELD_ABSENT;
	return packet->unreadable & NETCTL_FIELD_L4 ? FIELD_UNREADABLE : FIELD_PRESENT;
}

static __always_inline bool has_ports(const struct packet *packet)
{
	return packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
	       packet->protocol == PROTOCOL_SCTP;
}

static __always_inline bool is_icmp(const struct packet *packet)
{
	return packet->protocol == IPPROTO_ICMP || packet->protocol == PROTOCOL_ICMPV6;
}

/* An index into icmp_class. */
static __always_inline __u32 icmp_value(const struct packet *packet)
{
	__u32 first = packet->protocol == PROTOCOL_ICMPV6 ? NETCTL_ICMPV6_FIRST : 0;

	return first + (packet->icmp_type << 8 | packet->icmp_code);
}

/* The row of a dimension, by the value of its field. */
static __always_inline __u32 value_row(enum netctl_dimension dimension, void *table, __u64 count,
				       enum field field, __u64 value)
{
	__u32 class = NETCTL_CLASS_ABSENT;

	if (field == FIELD_UNREADABLE) {
		class = NETCTL_CLASS_UNREADABLE;
	} else if (field == FIELD_PRESENT) {
		__u16 *classes = bpf_map_lookup_elem(table, &(__u32){ 0 });

		/* clang knows the bounds of small fields and drops the check; the verifier does not. */
		asm volatile("" : "+r"(value));
		if (value >= count)
			value = count - 1;
		if (classes)
			class = classes[value];
	}
	return first_row[dimension] + class;
}

/* The row of a mark. Every packet has one, on the hooks whose rules may look at it. */
static __always_inline __u32 mark_row(__u32 mark)
{
	struct netctl_lpm4_key key = { .prefixlen = 32 };
	__be32 bytes = bpf_htonl(mark);
	__u32 *class;

	__builtin_memcpy(key.address, &bytes, sizeof(key.address));
	class = bpf_map_lookup_elem(&mark_prefix, &key);
	return first_row[NETCTL_DIMENSION_MARK] + (class ? *class : NETCTL_CLASS_FIRST);
}

#define USES(dimension) (dimensions & 1u << (dimension))

/* The classes of IPv6 addresses. Global: verified once, and what comes back is one number instead of a
 * state for every step of the search, each to be followed through all that is behind it.
 */
__attribute__((noinline)) int src_class6(const struct packet *packet)
{
	if (!packet || !USES(NETCTL_DIMENSION_SRC))
		return 0;
	return search6_class(&src_search6, &src_lines6, packet->src);
}

__attribute__((noinline)) int dst_class6(const struct packet *packet)
{
	if (!packet || !USES(NETCTL_DIMENSION_DST))
		return 0;
	return search6_class(&dst_search6, &dst_lines6, packet->dst);
}

/* Leaves in *summary what row `row` leaves of it; false when there is no such row. */
static __always_inline bool narrow(__u64 *summary, __u32 row)
{
	__u64 *word = bpf_map_lookup_elem(&row_summary, &row);

	if (!word)
		return false;
	*summary &= *word;
	return true;
}

/* Judges the next words that the summary promises; 1 when a rule decided. Global: verified once instead of
 * once for each way in which a packet's fields can be read or missing, which Linux 6.1 counts by the hundred.
 */
__attribute__((noinline)) int scan_words(struct scan *scan)
{
	/* Pointers, not offsets: the verifier keeps their bounds when it spills them. */
	__u64 *word[NETCTL_DIMENSION_MAX] = {};
	__u64 summary;

	if (!scan || words == 1)
		return 1;
	summary = scan->summary;
#pragma unroll
	for (int d = 0; d < NETCTL_DIMENSION_MAX; d++) {
		__u32 row = scan->row[d];

		if (!USES(d))
			continue;
		word[d] = bpf_map_lookup_elem(&row_words, &row);
		if (!word[d]) {
			scan->judgement = aborted();
			return 1;
		}
	}
	for (int i = 0; i < BITS_AT_ONCE && summary; i++) {
		__u32 index = lowest_bit(summary);
		__u64 found = ~0ULL;

		summary &= summary - 1;
		if (index >= words)
			break;
#pragma unroll
		for (int d = 0; d < NETCTL_DIMENSION_MAX; d++)
			if (USES(d))
				found &= word[d][index];
		if (found && scan_word(scan, found, index))
			return 1;
	}
	scan->summary = summary;
	return 0;
}

static __always_inline bool scan_summary(struct scan *scan, __u64 summary)
{
	scan->summary = summary;
	for (int i = 0; i < CALLS_MAX && scan->summary; i++)
		if (scan_words(scan))
			return true;
	return false;
}

/* The row of an address, or the judgement that the address alone decides. */
static __always_inline bool address_row(void *table, __u32 class, __u32 *row,
					struct judgement *judgement)
{
	__u32 *entry = bpf_map_lookup_elem(table, &class);
	struct netctl_rule *rule;
	__u32 number;

	if (!entry) {
		*judgement = aborted();
		return false;
	}
	*row = *entry;
	if (!(*row & NETCTL_ROW_DECIDED))
		return true;
	number = *row & NETCTL_ROW_INDEX;
	rule = bpf_map_lookup_elem(&rules, &number);
	if (rule)
		*judgement = (struct judgement){ rule->verdict, rule->slot, number };
	else
		*judgement = aborted();
	return false;
}

/* Sets the row of a dimension if rules look at that dimension. That a field is missing or unreadable gives
 * a constant, which the verifier would carry through all that is behind.
 */
#define JUDGE(dimension, table, count, field, value)                                               \
	if (USES(NETCTL_DIMENSION_##dimension))                                                    \
	scan.row[NETCTL_DIMENSION_##dimension] =                                                   \
		forget(value_row(NETCTL_DIMENSION_##dimension, &table, count, field, value),       \
		       packet->length)

/* The judgement of a packet whose addresses are readable, or of a frame that is not IP. */
static __always_inline struct judgement classify(struct packet *packet)
{
	struct scan scan = { .length = counted_bytes(packet),
			     .unreadable = packet->unreadable,
			     .family = packet->family };
	__u64 summary = ~0ULL;

	if (limited)
		__builtin_memcpy(scan.src, packet->src, sizeof(scan.src));

	if (USES(NETCTL_DIMENSION_SRC)) {
		scan.row[NETCTL_DIMENSION_SRC] = first_row[NETCTL_DIMENSION_SRC];
		if (packet->family) {
			__u32 class = packet->family == PACKET_IPV4
					      ? trie4_class(src_ranked4, &src_trie4, &src_blocks4,
							    &src_leaves4, packet->src)
					      : (__u32)src_class6(packet);

			if (!address_row(&src_row, class, &scan.row[NETCTL_DIMENSION_SRC],
					 &scan.judgement))
				return scan.judgement;
		}
	}
	if (USES(NETCTL_DIMENSION_DST)) {
		scan.row[NETCTL_DIMENSION_DST] = first_row[NETCTL_DIMENSION_DST];
		if (packet->family) {
			__u32 class = packet->family == PACKET_IPV4
					      ? trie4_class(dst_ranked4, &dst_trie4, &dst_blocks4,
							    &dst_leaves4, packet->dst)
					      : (__u32)dst_class6(packet);

			if (!address_row(&dst_row, class, &scan.row[NETCTL_DIMENSION_DST],
					 &scan.judgement))
				return scan.judgement;
		}
	}
	JUDGE(PROTO, proto_class, NETCTL_PROTO_VALUES, chain_field(packet), packet->protocol);
	JUDGE(SPORT, sport_class, NETCTL_PORT_VALUES, l4_field(packet, has_ports(packet)),
	      packet->sport);
	JUDGE(DPORT, dport_class, NETCTL_PORT_VALUES, l4_field(packet, has_ports(packet)),
	      packet->dport);
	JUDGE(TCP_FLAGS, tcp_flags_class, NETCTL_TCP_FLAGS_VALUES,
	      l4_field(packet, packet->protocol == IPPROTO_TCP), packet->tcp_flags);
	JUDGE(ICMP, icmp_class, NETCTL_ICMP_VALUES, l4_field(packet, is_icmp(packet)),
	      icmp_value(packet));
	JUDGE(ETHERTYPE, ethertype_class, NETCTL_ETHERTYPE_VALUES, FIELD_PRESENT,
	      packet->ethertype);
	JUDGE(VLAN, vlan_class, NETCTL_VLAN_VALUES, FIELD_PRESENT, packet->vlan);
	JUDGE(FRAGMENT, fragment_class, NETCTL_FRAGMENT_VALUES, chain_field(packet),
	      packet->fragment);
	JUDGE(LENGTH, length_class, NETCTL_LENGTH_VALUES, ip_field(packet), packet->l3_length);
	JUDGE(TTL, ttl_class, NETCTL_TTL_VALUES, ip_field(packet), packet->ttl);
	JUDGE(DSCP, dscp_class, NETCTL_DSCP_VALUES, ip_field(packet), packet->dscp);
	JUDGE(EXT_HEADER, ext_class, NETCTL_EXT_HEADER_VALUES,
	      packet->family == PACKET_IPV4 ? FIELD_ABSENT : chain_field(packet),
	      packet->ext_headers);
	if (USES(NETCTL_DIMENSION_MARK))
		scan.row[NETCTL_DIMENSION_MARK] = mark_row(packet->mark);

#pragma unroll
	for (int d = 0; d < NETCTL_DIMENSION_MAX; d++)
		if (USES(d) && !narrow(&summary, scan.row[d]))
			return aborted();

	/* A filter without rules uses no dimension; one with rules uses at least one. */
	if (dimensions && summary) {
		bool decided =
			words == 1 ? scan_word(&scan, summary, 0) : scan_summary(&scan, summary);

		packet->counted = scan.counted;
		if (decided && !scan.undecidable)
			return scan.judgement;
	}
	if (packet->unreadable)
		return judged(packet->unreadable_reason, malformed_verdict);
	if (!packet->family)
		return judged(NETCTL_REASON_NON_IP, non_ip_verdict);
	return judged(NETCTL_REASON_DEFAULT, default_verdict);
}

#endif
