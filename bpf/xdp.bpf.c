// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The XDP hook, native and generic. */
#include "lib/xdp_frame.h"
#include "lib/xdp_redirect.h"
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

/* What sits on the interface: calls the body in force; without one, passes and counts. */
SEC("xdp")
int xdp_stub(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_ACTIVE);
	count_passed(ctx, NETCTL_REASON_DEFAULT);
	return XDP_PASS;
}

/* The body of a policy. */
SEC("xdp")
int xdp_filter(struct xdp_md *ctx)
{
	return xdp_action(filter(ctx));
}

/* The body of a pause: passes and counts, and past its time hands over to the policy behind it. */
SEC("xdp")
int xdp_paused(struct xdp_md *ctx)
{
	if (is_paused()) {
		count_passed(ctx, NETCTL_REASON_PAUSED);
		return XDP_PASS;
	}
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_POLICY);
	count_passed(ctx, NETCTL_REASON_DEFAULT);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
