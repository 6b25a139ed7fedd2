/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The link layer on the cgroup hooks: there is none, packets begin with L3. */
#ifndef NETCTL_CGROUP_LINK_H
#define NETCTL_CGROUP_LINK_H

#include "lib/link_layer.h"
#include "lib/skb_frame.h"

static __always_inline struct link_layer link_layer(hook_ctx *ctx)
{
	return (struct link_layer){ .type = ctx->protocol, .mark = ctx->mark };
}

/* Sockets' packets cannot be sent elsewhere; a policy that wants it is refused. */
static __always_inline bool redirect(__u32 rule __attribute__((unused)))
{
	return false;
}

#endif
