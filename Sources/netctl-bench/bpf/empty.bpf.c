// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that look at nothing and drop: what a hook itself costs. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int empty_xdp(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("tc")
int empty_tc(struct __sk_buff *ctx __attribute__((unused)))
{
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
