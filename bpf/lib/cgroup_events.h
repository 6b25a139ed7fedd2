/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What events are told by the cgroup hooks; see xdp_events.h. */
#ifndef NETCTL_CGROUP_EVENTS_H
#define NETCTL_CGROUP_EVENTS_H

#include "lib/place.h"
#include "lib/skb_events.h"

static __always_inline void place(struct netctl_event *event, hook_ctx *ctx)
{
	place_of_cgroup(event);
	event->interface = ctx->ifindex;
}

/* The socket whose cgroup it is: the receiver on the way in, the sender on the way out. */
static __always_inline void find_sockets(hook_ctx *ctx, struct netctl_event *event)
{
	if (event_hook == NETCTL_HOOK_CGROUP_INGRESS)
		event->dst_cookie = own_cookie(ctx, &event->dst_how);
	else
		event->src_cookie = own_cookie(ctx, &event->src_how);
}

#endif
