/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What events are told by the TC hooks; see xdp_events.h. */
#ifndef NETCTL_TC_EVENTS_H
#define NETCTL_TC_EVENTS_H

#include "lib/place.h"
#include "lib/receiver.h"
#include "lib/skb_events.h"
#include "lib/tc_link.h"

static __always_inline void place(struct netctl_event *event, hook_ctx *ctx __attribute__((unused)))
{
	place_of_interface(event);
	if (ethernet)
		event->flags |= NETCTL_EVENT_ETHERNET;
}

/* A veth hands the sender's socket over, across namespaces: also a received packet may have one. */
static __always_inline void find_sockets(hook_ctx *ctx, struct netctl_event *event)
{
	event->src_cookie = own_cookie(ctx, &event->src_how);
	if (received)
		find_receiver(ctx, event);
}

#endif
