/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From bytes to `struct packet`: Ethernet, VLAN tags, IPv4 or IPv6, extension headers, L4.
 *
 * An L3 header that Linux's receive path would refuse for its form ends the parse with a reason. An
 * L4 header that cannot be read does not: the packet says so, and rules that need none of it still
 * hold. Include the hook's frame header first.
 */
#ifndef NETCTL_PARSE_H
#define NETCTL_PARSE_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <netctl/abi.h>
#include "lib/bits.h"
#include "lib/packet.h"

/* Headers as bytes on the wire, copied to the stack before they are read. */
struct ethernet_header {
	__u8 addresses[12];
	__be16 type;
};

struct vlan_tag {
	__be16 control;
	__be16 type;
};

struct ipv4_header {
	__u8 version_ihl;
	__u8 tos;
	__be16 total_length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__u8 src[4];
	__u8 dst[4];
};

struct ipv6_header {
	__be32 version_class_flow;
	__be16 payload_length;
	__u8 next_header;
	__u8 hop_limit;
	__u8 src[16];
	__u8 dst[16];
};

struct extension_header {
	__u8 next_header;
	__u8 length; /* 8-byte units behind the first 8; AH: 4-byte units minus 2 */
	__be16 fragment; /* of a fragment header: offset and flags */
};

struct tcp_header {
	__be16 sport, dport;
	__be32 sequence, acknowledgement;
	__u8 data_offset; /* upper four bits, 4-byte units */
	__u8 flags;
	__u8 rest[6];
};

struct icmp_header {
	__u8 type, code;
	__be16 checksum;
};

/* UDP and SCTP begin alike; the rest of the minimum must be there but is not read. */
struct ports_header {
	__be16 sport, dport;
};

enum {
	VLAN_IDENTIFIER = 0x0fff,
	IPV4_FRAGMENT_OFFSET = 0x1fff,
	IPV4_FRAGMENT_MORE = 0x2000,
	IPV6_FRAGMENT_OFFSET = 0xfff8,
	IPV6_FRAGMENT_MORE = 0x0001,
	IP_LENGTH_MAX = 65535,
	UDP_HEADER_LENGTH = 8,
	SCTP_HEADER_LENGTH = 12,
	ICMP_HEADER_LENGTH = 4,
	TCP_HEADER_LENGTH = 20,
	ETHERNET_FRAME_MIN = 64, /* with padding and FCS */
	ETHERNET_FRAME_USUAL = 1522, /* MTU 1500 with two tags */
};

/* Protocol numbers that linux/in.h lacks. */
enum {
	EXT_HOP_BY_HOP = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AUTHENTICATION = 51,
	EXT_DESTINATION = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_SCTP = 132,
};

/* A place in the packet, between headers. */
struct cursor {
	__u32 offset; /* into the frame */
	__u32 end; /* of the L3 packet */
	__u32 protocol; /* of the header at `offset` */
	__u32 fragment; /* the fragment fields, host order: offset and flags */
	__u32 ext_headers; /* enum netctl_ext_header */
};

enum walk {
	WALK_MORE,
	WALK_DONE,
	WALK_CUT,
};

/* The bit of an extension header; 0 for any other protocol. */
static __always_inline __u32 extension_bit(__u32 protocol)
{
	switch (protocol) {
	case EXT_HOP_BY_HOP:
		return NETCTL_EXT_HOP_BY_HOP;
	case EXT_ROUTING:
		return NETCTL_EXT_ROUTING;
	case EXT_FRAGMENT:
		return NETCTL_EXT_FRAGMENT;
	case EXT_AUTHENTICATION:
		return NETCTL_EXT_AUTHENTICATION;
	case EXT_DESTINATION:
		return NETCTL_EXT_DESTINATION;
	case EXT_MOBILITY:
		return NETCTL_EXT_MOBILITY;
	case EXT_HIP:
		return NETCTL_EXT_HIP;
	case EXT_SHIM6:
		return NETCTL_EXT_SHIM6;
	default:
		return 0;
	}
}

/* Steps over one extension header. Global, so that the verifier judges it once and not for each
 * header of a chain.
 */
__attribute__((noinline)) int step_extension(hook_ctx *ctx, struct cursor *cursor)
{
	struct extension_header header;
	__u32 size, bit;

	if (!ctx || !cursor)
		return WALK_CUT;
	bit = extension_bit(cursor->protocol);
	if (!bit)
		return WALK_DONE;
	if (!read_frame(ctx, cursor->offset, &header, sizeof(header)))
		return WALK_CUT;
	if (cursor->protocol == EXT_FRAGMENT)
		size = 8;
	else if (cursor->protocol == EXT_AUTHENTICATION)
		size = (header.length + 2) * 4;
	else
		size = (header.length + 1) * 8;
	if (cursor->offset + size > cursor->end)
		return WALK_CUT;
	if (cursor->protocol == EXT_FRAGMENT)
		cursor->fragment |= bpf_ntohs(header.fragment); /* of any, if there are several */
	cursor->ext_headers |= bit;
	cursor->offset += size;
	cursor->protocol = header.next_header;
	return cursor->fragment & IPV6_FRAGMENT_OFFSET ? WALK_DONE : WALK_MORE;
}

static __always_inline void unreadable(struct packet *packet, __u8 fields, __u8 reason)
{
	packet->unreadable = fields;
	packet->unreadable_reason = reason;
}

/* The fields of L4, or which of them the packet should have and has not. */
static __always_inline void parse_l4(hook_ctx *ctx, struct packet *packet, struct cursor *cursor)
{
	__u32 room = cursor->end - cursor->offset;

	if (cursor->protocol == IPPROTO_TCP) {
		struct tcp_header tcp;
		__u32 length;

		if (room < TCP_HEADER_LENGTH || !read_frame(ctx, cursor->offset, &tcp, sizeof(tcp)))
			return unreadable(packet, NETCTL_FIELD_L4, NETCTL_REASON_TRUNCATED);
		length = (tcp.data_offset >> 4) * 4;
		if (length < TCP_HEADER_LENGTH)
			return unreadable(packet, NETCTL_FIELD_L4, NETCTL_REASON_MALFORMED);
		if (length > room)
			return unreadable(packet, NETCTL_FIELD_L4, NETCTL_REASON_TRUNCATED);
		packet->headers += length;
		packet->sport = bpf_ntohs(tcp.sport);
		packet->dport = bpf_ntohs(tcp.dport);
		packet->tcp_flags = tcp.flags;
	} else if (cursor->protocol == IPPROTO_UDP || cursor->protocol == PROTOCOL_SCTP) {
		struct ports_header ports;
		__u32 least =
			cursor->protocol == IPPROTO_UDP ? UDP_HEADER_LENGTH : SCTP_HEADER_LENGTH;

		if (room < least || !read_frame(ctx, cursor->offset, &ports, sizeof(ports)))
			return unreadable(packet, NETCTL_FIELD_L4, NETCTL_REASON_TRUNCATED);
		packet->headers += least;
		packet->sport = bpf_ntohs(ports.sport);
		packet->dport = bpf_ntohs(ports.dport);
	} else if (cursor->protocol == IPPROTO_ICMP || cursor->protocol == PROTOCOL_ICMPV6) {
		struct icmp_header icmp;

		if (room < ICMP_HEADER_LENGTH ||
		    !read_frame(ctx, cursor->offset, &icmp, sizeof(icmp)))
			return unreadable(packet, NETCTL_FIELD_L4, NETCTL_REASON_TRUNCATED);
		packet->headers += ICMP_HEADER_LENGTH;
		packet->icmp_type = icmp.type;
		packet->icmp_code = icmp.code;
	}
}

/* Sets where the L3 packet ends, given what its header says and what the frame holds; false: beyond
 * it. A length of 0 is a GSO packet over 64 kB (BIG TCP).
 */
static __always_inline bool find_end(hook_ctx *ctx, struct packet *packet, struct cursor *cursor,
				     __u32 said, bool jumbo)
{
	__u32 end = cursor->offset + said;

	/* Equal in all but padded, multi-buffer and hostile frames: the helper is not called. Nor is
	 * it for the padding of a short frame; one that a driver split behind its headers says more.
	 */
	if (end > packet->length || jumbo ||
	    (end != packet->length && packet->length > ETHERNET_FRAME_MIN))
		packet->length = whole_length(ctx);
	if (jumbo && packet->length - cursor->offset > IP_LENGTH_MAX)
		end = packet->length;
	cursor->end = end;
	return end <= packet->length;
}

static __always_inline enum netctl_reason parse_ipv4(hook_ctx *ctx, struct packet *packet,
						     struct cursor *cursor)
{
	struct ipv4_header ip;
	__u32 header, total;

	if (!read_frame(ctx, cursor->offset, &ip, sizeof(ip)))
		return NETCTL_REASON_TRUNCATED;
	header = (ip.version_ihl & 0xf) * 4;
	total = bpf_ntohs(ip.total_length);
	if (ip.version_ihl >> 4 != 4 || header < sizeof(ip))
		return NETCTL_REASON_MALFORMED;
	if (!find_end(ctx, packet, cursor, total, !total))
		return NETCTL_REASON_TRUNCATED;
	packet->l3_length = cursor->end - cursor->offset;
	if (packet->l3_length < header)
		return NETCTL_REASON_MALFORMED;
	packet->family = PACKET_IPV4;
	__builtin_memcpy(packet->src, ip.src, sizeof(ip.src));
	__builtin_memcpy(packet->dst, ip.dst, sizeof(ip.dst));
	cursor->offset += header;
	cursor->protocol = ip.protocol;
	cursor->fragment = bpf_ntohs(ip.fragment);
	packet->fragment = cursor->fragment & (IPV4_FRAGMENT_OFFSET | IPV4_FRAGMENT_MORE);
	packet->later_fragment = cursor->fragment & IPV4_FRAGMENT_OFFSET;
	packet->ttl = ip.ttl;
	packet->dscp = ip.tos >> 2;
	return NETCTL_REASON_RULE;
}

static __always_inline enum netctl_reason parse_ipv6(hook_ctx *ctx, struct packet *packet,
						     struct cursor *cursor)
{
	struct ipv6_header ip;
	__u32 payload;
	int step;

	if (!read_frame(ctx, cursor->offset, &ip, sizeof(ip)))
		return NETCTL_REASON_TRUNCATED;
	if (bpf_ntohl(ip.version_class_flow) >> 28 != 6)
		return NETCTL_REASON_MALFORMED;
	payload = bpf_ntohs(ip.payload_length);
	if (!find_end(ctx, packet, cursor, sizeof(ip) + payload, !payload))
		return NETCTL_REASON_TRUNCATED;
	packet->l3_length = cursor->end - cursor->offset;
	packet->family = PACKET_IPV6;
	packet->ttl = ip.hop_limit;
	packet->dscp = bpf_ntohl(ip.version_class_flow) >> 22 & 0x3f;
	__builtin_memcpy(packet->src, ip.src, sizeof(ip.src));
	__builtin_memcpy(packet->dst, ip.dst, sizeof(ip.dst));
	cursor->offset += sizeof(ip);
	cursor->protocol = ip.next_header;
	cursor->fragment = 0;
	cursor->ext_headers = 0;

	/* Most packets have none, and a call costs as much as the rest of the parse. */
	step = extension_bit(cursor->protocol) ? WALK_MORE : WALK_DONE;
	for (int i = 0; i < NETCTL_EXT_HEADERS_MAX && step == WALK_MORE; i++)
		step = step_extension(ctx, cursor);
	if (step == WALK_CUT)
		unreadable(packet, NETCTL_FIELD_CHAIN | NETCTL_FIELD_L4, NETCTL_REASON_TRUNCATED);
	else if (step == WALK_MORE && extension_bit(cursor->protocol))
		unreadable(packet, NETCTL_FIELD_CHAIN | NETCTL_FIELD_L4, NETCTL_REASON_EXT_HEADERS);
	packet->ext_headers = cursor->ext_headers;
	packet->fragment = cursor->fragment & (IPV6_FRAGMENT_OFFSET | IPV6_FRAGMENT_MORE);
	packet->later_fragment = cursor->fragment & IPV6_FRAGMENT_OFFSET;
	return NETCTL_REASON_RULE;
}

static __always_inline bool is_vlan(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

static __always_inline enum netctl_reason parse_headers(hook_ctx *ctx, struct packet *packet)
{
	struct link_layer link = link_layer(ctx);
	struct cursor cursor = {};
	enum netctl_reason reason;
	__be16 type = link.type;

	packet->length = linear_length(ctx);
	if (packet->length > ETHERNET_FRAME_USUAL)
		packet->length = whole_length(ctx);

	packet->mark = link.mark;
	packet->hidden = link.hidden;
	packet->vlan = link.tagged ? link.vlan & VLAN_IDENTIFIER : NETCTL_VLAN_NONE;
	if (link.ethernet) {
		struct ethernet_header ethernet;

		if (!read_frame(ctx, 0, &ethernet, sizeof(ethernet)))
			return NETCTL_REASON_TRUNCATED;
		type = ethernet.type;
		cursor.offset = sizeof(ethernet);
	}
	for (int tags = link.tagged; is_vlan(type); tags++) {
		struct vlan_tag tag;

		if (tags >= NETCTL_VLAN_TAGS_MAX)
			return NETCTL_REASON_VLAN_DEPTH;
		if (!read_frame(ctx, cursor.offset, &tag, sizeof(tag)))
			return NETCTL_REASON_TRUNCATED;
		if (!tags)
			packet->vlan = bpf_ntohs(tag.control) & VLAN_IDENTIFIER;
		type = tag.type;
		cursor.offset += sizeof(tag);
	}

	packet->ethertype = bpf_ntohs(type);
	if (type == bpf_htons(ETH_P_IP))
		reason = parse_ipv4(ctx, packet, &cursor);
	else if (type == bpf_htons(ETH_P_IPV6))
		reason = parse_ipv6(ctx, packet, &cursor);
	else
		reason = NETCTL_REASON_NON_IP;
	if (reason != NETCTL_REASON_RULE)
		return reason;

	packet->protocol = cursor.protocol;
	packet->headers = cursor.offset;
	if (!packet->unreadable && !packet->later_fragment)
		parse_l4(ctx, packet, &cursor);
	return NETCTL_REASON_RULE;
}

/* Returns NETCTL_REASON_RULE when the addresses are readable and rules may judge. */
static __always_inline enum netctl_reason parse(hook_ctx *ctx, struct packet *packet)
{
	enum netctl_reason reason = parse_headers(ctx, packet);

	/* What the branches of the parse set to constants, or all that is behind is verified for each. */
	packet->family = forget(packet->family, packet->length);
	packet->protocol = forget(packet->protocol, packet->length);
	packet->unreadable = forget(packet->unreadable, packet->length);
	packet->later_fragment = forget(packet->later_fragment, packet->length) & 1;
	return reason;
}

#endif
