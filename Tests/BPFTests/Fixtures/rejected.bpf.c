// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reads a packet without looking where it ends: the verifier must refuse it. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int unchecked(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	return eth->h_proto;
}

char _license[] SEC("license") = "Dual BSD/GPL";
