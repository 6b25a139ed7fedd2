// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The XDP hook, native and generic. */
#include "lib/xdp_frame.h"
#include "lib/xdp_redirect.h"
#include "lib/xdp_events.h"
#include "lib/body.h"

static __always_inline int xdp_action(enum netctl_verdict verdict)
{
	switch (verdict) {
	case NETCTL_VERDICT_PASS:
		return XDP_PASS;
	case NETCTL_VERDICT_DROP:
		return XDP_DROP;
	case NETCTL_VERDICT_REDIRECT:
		return XDP_REDIRECT;
	case NETCTL_VERDICT_TX:
		return XDP_TX;
	default:
		return XDP_ABORTED;
	}
}

SEC("xdp")
int xdp_stub(struct xdp_md *ctx)
{
	return xdp_action(stub(ctx));
}

SEC("xdp")
int xdp_filter(struct xdp_md *ctx)
{
	return xdp_action(filter(ctx));
}

SEC("xdp")
int xdp_block(struct xdp_md *ctx)
{
	return xdp_action(block(ctx));
}

SEC("xdp")
int xdp_paused(struct xdp_md *ctx)
{
	return xdp_action(paused(ctx));
}

SEC("xdp")
int xdp_pending(struct xdp_md *ctx)
{
	return xdp_action(pending(ctx));
}

char _license[] SEC("license") = "Dual BSD/GPL";
