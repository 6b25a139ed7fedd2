// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The cgroup hooks for packets: what sockets of the cgroup's processes receive and send. The control
 * plane says which of both before it loads a program.
 */
#include "lib/cgroup_link.h"
#include "lib/cgroup_events.h"
#include "lib/body.h"

/* 1: the packet goes on to the next program, here or in a parent cgroup; 0: it is dropped. */
static __always_inline int cgroup_action(enum netctl_verdict verdict)
{
	return verdict == NETCTL_VERDICT_PASS;
}

SEC("cgroup_skb/ingress")
int cgroup_stub(struct __sk_buff *ctx)
{
	return cgroup_action(stub(ctx));
}

SEC("cgroup_skb/ingress")
int cgroup_filter(struct __sk_buff *ctx)
{
	return cgroup_action(filter(ctx));
}

SEC("cgroup_skb/ingress")
int cgroup_block(struct __sk_buff *ctx)
{
	return cgroup_action(block(ctx));
}

SEC("cgroup_skb/ingress")
int cgroup_paused(struct __sk_buff *ctx)
{
	return cgroup_action(paused(ctx));
}

SEC("cgroup_skb/ingress")
int cgroup_pending(struct __sk_buff *ctx)
{
	return cgroup_action(pending(ctx));
}

char _license[] SEC("license") = "Dual BSD/GPL";
