/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an event says of a packet. */
#ifndef NETCTL_REPORT_PACKET_H
#define NETCTL_REPORT_PACKET_H

#include <linux/if_ether.h>
#include <netctl/abi.h>
#include "lib/offer.h"
#include "lib/packet.h"

enum {
	/* What is captured behind Ethernet of a packet whose headers were not found.
	 *
	 */
	CAPTURE_UNPARSED = 40,
};

static __always_inline void describe(struct netctl_event *event, const struct packet *packet)
{
	event->length = counted_bytes(packet);
	event->ethertype = packet->ethertype;
	event->family = packet->family;
	event->protocol = packet->protocol;
	event->tcp_flags = packet->tcp_flags;
	event->icmp_type = packet->icmp_type;
	event->icmp_code = packet->icmp_code;
	event->sport = packet->sport;
	event->dport = packet->dport;
	if (packet->fragment)
		event->flags |= NETCTL_EVENT_FRAGMENT;
	if (packet->family && !packet->unreadable && !packet->later_fragment)
		event->flags |= NETCTL_EVENT_L4;
	if (packet->hidden)
		event->flags &= ~NETCTL_EVENT_ETHERNET;
	__builtin_memcpy(event->src, packet->src, sizeof(event->src));
	__builtin_memcpy(event->dst, packet->dst, sizeof(event->dst));
}

/* Copies the packet's headers, never what they carry. */
static __always_inline void capture(hook_ctx *ctx, struct draft *draft, const struct packet *packet)
{
	__u32 size = packet->headers;

	if (!size)
		size = CAPTURE_UNPARSED +
		       (draft->event.flags & NETCTL_EVENT_ETHERNET ? ETH_HLEN : 0);
	if (size > packet->length)
		size = packet->length;
	if (size > NETCTL_CAPTURE_MAX)
		size = NETCTL_CAPTURE_MAX;
	if (!size)
		return;
	/* In a form that tells the verifier of Linux 6.1, too, that it is 1 to 256. */
	size = (size - 1) & (NETCTL_CAPTURE_MAX - 1);
	asm volatile("" : "+r"(size));
	size++;
	if (load_bytes(ctx, draft->bytes, size))
		draft->event.captured = size;
}

#endif
