/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the classifier knows about a packet. */
#ifndef NETCTL_PACKET_H
#define NETCTL_PACKET_H

#include <linux/types.h>
#include <stdbool.h>

enum packet_family {
	PACKET_IPV4 = 4,
	PACKET_IPV6 = 6,
};

struct packet {
	__u32 length; /* of the frame, fragments included: what the counters take */
	__u8 family; /* enum packet_family */
	__u8 protocol; /* after IPv6 extension headers */
	__u8 unreadable; /* NETCTL_FIELD_* */
	__u8 unreadable_reason; /* enum netctl_reason, when unreadable */
	bool has_ports;
	__u16 sport, dport; /* host order */
	__u8 src[16], dst[16]; /* network order; IPv4 uses the first four bytes */
};

#endif
