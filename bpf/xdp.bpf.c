// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The XDP hook, native and generic. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/counters.h"

/* The bodies of one attachment, by enum netctl_body. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, NETCTL_BODY_MAX);
	__type(key, __u32);
	__type(value, __u32);
} bodies SEC(".maps");

/* What sits on the interface: calls the body in force, and without one passes and counts. */
SEC("xdp")
int xdp_stub(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_ACTIVE);
	count(netctl_slot(NETCTL_REASON_DEFAULT, NETCTL_VERDICT_PASS), ctx->data_end - ctx->data);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
