// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sends IPv4 packets of many sources to an interface, run with BPF_F_TEST_XDP_LIVE_FRAMES. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include "position.h"

/* A source, in network order, and the header's checksum with it. */
struct source {
	__u32 address;
	__u16 checksum;
	__u16 reserved;
};

const volatile __u32 source_count = 1; /* a power of two */

/* writes  netctl-bench, before the first packet; max_entries is set before the load */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct source);
} sources SEC(".maps");

/* The index of the interface. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} receiver SEC(".maps");

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	struct iphdr *ip = (void *)(long)ctx->data + ETH_HLEN;
	__u32 index = advance() & (source_count - 1);
	struct source *source = bpf_map_lookup_elem(&sources, &index);
	__u32 *interface = bpf_map_lookup_elem(&receiver, &(__u32){ 0 });

	if (!source || !interface || (void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	ip->saddr = source->address;
	ip->check = source->checksum;
	return bpf_redirect(*interface, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
