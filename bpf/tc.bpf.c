// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The TC hooks, ingress and egress, by TCX link or as a clsact filter (direct action). */
#include "lib/tc_link.h"
#include "lib/tc_events.h"
#include "lib/body.h"

/* TCX knows the same numbers. UNSPEC: the next program or filter judges, too. */
static __always_inline int tc_action(enum netctl_verdict verdict)
{
	switch (verdict) {
	case NETCTL_VERDICT_PASS:
		return TC_ACT_UNSPEC;
	case NETCTL_VERDICT_REDIRECT:
		return TC_ACT_REDIRECT;
	default:
		return TC_ACT_SHOT;
	}
}

SEC("tc")
int tc_stub(struct __sk_buff *ctx)
{
	return tc_action(stub(ctx));
}

SEC("tc")
int tc_filter(struct __sk_buff *ctx)
{
	return tc_action(filter(ctx));
}

SEC("tc")
int tc_block(struct __sk_buff *ctx)
{
	return tc_action(block(ctx));
}

SEC("tc")
int tc_paused(struct __sk_buff *ctx)
{
	return tc_action(paused(ctx));
}

SEC("tc")
int tc_pending(struct __sk_buff *ctx)
{
	return tc_action(pending(ctx));
}

char _license[] SEC("license") = "Dual BSD/GPL";
