/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a frame on the XDP hook. Every hook has such headers: `hook_ctx`, `read_frame`,
 * `linear_length`, `whole_length`, `link_layer` and `redirect`; the parser and the body are written
 * against these.
 */
#ifndef NETCTL_XDP_FRAME_H
#define NETCTL_XDP_FRAME_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include "lib/link_layer.h"

typedef struct xdp_md hook_ctx;

/* The program was loaded with BPF_F_XDP_HAS_FRAGS (Linux 5.18): a frame may continue in fragments
 * behind data_end.
 */
const volatile bool multi_buffer = false;

/* Copies `size` bytes, a constant, from `offset` below 2^15; false when the frame ends before. */
static __always_inline bool read_frame(hook_ctx *ctx, __u32 offset, void *to, __u32 size)
{
	void *from = (void *)(long)ctx->data + (offset & 0x7fff);

	if (from + size <= (void *)(long)ctx->data_end) {
		__builtin_memcpy(to, from, size);
		return true;
	}
	return multi_buffer && !bpf_xdp_load_bytes(ctx, offset, to, size);
}

/* Bytes of the frame that can be read directly: all of it unless it is multi-buffer. */
static __always_inline __u32 linear_length(hook_ctx *ctx)
{
	return ctx->data_end - ctx->data;
}

/* Bytes of the frame, fragments included. A helper call, 18 ns: not for every packet. */
static __always_inline __u32 whole_length(hook_ctx *ctx)
{
	return multi_buffer ? bpf_xdp_get_buff_len(ctx) : linear_length(ctx);
}

/* XDP is for devices with Ethernet headers; tags are in the frame, or hidden by VLAN offload. */
static __always_inline struct link_layer link_layer(hook_ctx *ctx __attribute__((unused)))
{
	return (struct link_layer){ .ethernet = true };
}

#endif
