/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What events of socket buffers have in common; see xdp_events.h. */
#ifndef NETCTL_SKB_EVENTS_H
#define NETCTL_SKB_EVENTS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/own_drop.h"
#include "lib/skb_frame.h"
#include "lib/socket_cookie.h"

enum {
	SOCKET_NEW_SYN_RECV = 12, /* TCP_NEW_SYN_RECV: a handshake, not yet a socket */
};

/* The context is the kernel's address of the skb, for the programs that trace it. */
static __always_inline void note_own_drop(hook_ctx *ctx, __u32 readers)
{
	remember_own_drop((__u64)ctx, readers);
}

static __always_inline bool load_bytes(hook_ctx *ctx, void *to, __u32 size)
{
	return !bpf_skb_load_bytes(ctx, 0, to, size);
}

/* The cookie of the skb's own socket, and how it was got. Of a handshake it is the listener's: the
 * socket that the cookie will belong to is not there yet.
 *
 */
static __always_inline __u64 own_cookie(hook_ctx *ctx, __u8 *how)
{
	struct bpf_sock *socket = ctx->sk, *listener;
	__u64 cookie;

	if (!socket)
		return 0;
	if (socket->state == SOCKET_NEW_SYN_RECV) {
		listener = bpf_get_listener_sock(socket);
		if (!listener)
			return 0;
		cookie = cookie_of(listener);
		*how = cookie ? NETCTL_HOW_LISTENER : NETCTL_HOW_NONE;
		return cookie;
	}
	cookie = bpf_get_socket_cookie(ctx);
	if (cookie)
		*how = NETCTL_HOW_SKB;
	return cookie;
}

#endif
