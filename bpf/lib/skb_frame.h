/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading the packet of an skb, on the TC and cgroup hooks; see xdp_frame.h. */
#ifndef NETCTL_SKB_FRAME_H
#define NETCTL_SKB_FRAME_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

typedef struct __sk_buff hook_ctx;

/* Copies `size` bytes, a constant, from `offset` below 2^15; false when the packet ends before. The
 * linear part of an skb may end behind any header: the rest is in fragments.
 */
static __always_inline bool read_frame(hook_ctx *ctx, __u32 offset, void *to, __u32 size)
{
	void *from = (void *)(long)ctx->data + (offset & 0x7fff);

	if (from + size <= (void *)(long)ctx->data_end) {
		__builtin_memcpy(to, from, size);
		return true;
	}
	return !bpf_skb_load_bytes(ctx, offset, to, size);
}

/* Bytes of the packet; an skb knows them all for nothing. */
static __always_inline __u32 linear_length(hook_ctx *ctx)
{
	return ctx->len;
}

static __always_inline __u32 whole_length(hook_ctx *ctx)
{
	return ctx->len;
}

#endif
