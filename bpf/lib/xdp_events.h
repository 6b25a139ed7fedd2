/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What events of frames are told by the XDP hook. Every hook of packets has such a header: `place`,
 * `find_sockets`, `load_bytes` and `note_own_drop`; events.h is written against these.
 *
 */
#ifndef NETCTL_XDP_EVENTS_H
#define NETCTL_XDP_EVENTS_H

#include "lib/own_drop.h"
#include "lib/place.h"
#include "lib/receiver.h"
#include "lib/xdp_frame.h"

static __always_inline void place(struct netctl_event *event, hook_ctx *ctx __attribute__((unused)))
{
	place_of_interface(event);
	event->flags |= NETCTL_EVENT_ETHERNET;
}

static __always_inline void find_sockets(hook_ctx *ctx, struct netctl_event *event)
{
	find_receiver(ctx, event);
}

/* A frame becomes an skb behind the program, if ever. */
static __always_inline void note_own_drop(hook_ctx *ctx __attribute__((unused)), __u32 readers)
{
	remember_own_drop(0, readers);
}

/* Copies the first bytes of the frame. Of a multi-buffer frame headers may be in fragments. */
static __always_inline bool load_bytes(hook_ctx *ctx, void *to, __u32 size)
{
	if (multi_buffer)
		return !bpf_xdp_load_bytes(ctx, 0, to, size);
	if (size > ctx->data_end - ctx->data)
		return false;
	return !bpf_probe_read_kernel(to, size, (void *)(long)ctx->data);
}

#endif
