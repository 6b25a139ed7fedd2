/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the classifier knows about a packet. */
#ifndef NETCTL_PACKET_H
#define NETCTL_PACKET_H

#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

enum packet_family {
	PACKET_NON_IP = 0,
	PACKET_IPV4 = 4,
	PACKET_IPV6 = 6,
};

struct packet {
	__u32 length; /* of the frame, fragments included */
	__u32 l3_length; /* without what follows the L3 packet */
	__u16 ethertype; /* after VLAN tags, host order */
	__u16 vlan; /* identifier of the outermost tag, or NETCTL_VLAN_NONE */
	__u32 mark; /* of the skb */
	__u32 counted; /* the first rule that counted it and logs that, plus 1; 0: none */
	__u32 headers; /* where L4's ends, from the first byte; 0: it was not found */
	__u8 hidden; /* bytes of an Ethernet header that `length` leaves out */
	__u8 family; /* enum packet_family; what follows is of IP alone */
	__u8 protocol; /* behind IPv6 extension headers */
	__u8 ttl;
	__u8 dscp;
	__u8 ext_headers; /* enum netctl_ext_header */
	bool fragment; /* any one, the first included */
	bool later_fragment; /* has no L4 header */
	__u8 unreadable; /* NETCTL_FIELD_* */
	__u8 unreadable_reason; /* enum netctl_reason, when unreadable */
	__u8 tcp_flags;
	__u8 icmp_type, icmp_code;
	__u16 sport, dport; /* host order */
	/* Network order; IPv4 uses the first four bytes. Aligned, for they are read as words. */
	__u8 src[16] __attribute__((aligned(8)));
	__u8 dst[16];
};

/* What the counters take: a frame has its Ethernet header, whether or not it was handed over. */
static __always_inline __u64 counted_bytes(const struct packet *packet)
{
	return packet->length + packet->hidden;
}

#endif
