/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a packet that the kernel has dropped; see xdp_frame.h. */
#ifndef NETCTL_DROPPED_FRAME_H
#define NETCTL_DROPPED_FRAME_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include "lib/link_layer.h"

/* What is left of the packet, from its L3 header on. */
struct dropped {
	__u64 data; /* the kernel's address */
	__u32 linear; /* bytes there */
	__u32 length; /* with those in fragments, out of reach */
	__be16 type; /* of L3 */
};

typedef struct dropped hook_ctx;

static __always_inline bool read_frame(hook_ctx *ctx, __u32 offset, void *to, __u32 size)
{
	if (offset + size > ctx->linear)
		return false;
	return !bpf_probe_read_kernel(to, size, (void *)(long)(ctx->data + offset));
}

static __always_inline bool load_bytes(hook_ctx *ctx, void *to, __u32 size)
{
	if (size > ctx->linear)
		return false;
	return !bpf_probe_read_kernel(to, size, (void *)(long)ctx->data);
}

static __always_inline __u32 linear_length(hook_ctx *ctx)
{
	return ctx->length;
}

static __always_inline __u32 whole_length(hook_ctx *ctx)
{
	return ctx->length;
}

static __always_inline struct link_layer link_layer(hook_ctx *ctx)
{
	return (struct link_layer){ .type = ctx->type };
}

#endif
