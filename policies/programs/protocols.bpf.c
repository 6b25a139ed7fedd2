// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Packets and bytes by protocol.
 *
 *   netctl run protocols.bpf.c eth1
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct count {
	__u64 packets;
	__u64 bytes;
};

/* What comes behind the IP header; what is no IP packet is 255 (reserved). */
enum protocol {
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	ICMPV6 = 58,
	NOT_IP = 255,
};

/* Packets by protocol.
 *
 * key     enum protocol
 * value   struct count, one for each CPU
 * writes  count_protocols, once for each packet
 * reads   netctl run
 * full    never: an element for each number
 * since   Linux 4.6
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, enum protocol);
	__type(value, struct count);
} protocols SEC(".maps");

static __u32 protocol_of(void *data, void *end)
{
	struct ethhdr *ethernet = data;

	if ((void *)(ethernet + 1) > end)
		return NOT_IP;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(ethernet + 1);

		return (void *)(ip + 1) > end ? NOT_IP : ip->protocol;
	}
	if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(ethernet + 1);

		return (void *)(ip + 1) > end ? NOT_IP : ip->nexthdr;
	}
	return NOT_IP;
}

SEC("xdp")
int count_protocols(struct xdp_md *context)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	__u32 protocol = protocol_of(data, end);
	struct count *count = bpf_map_lookup_elem(&protocols, &protocol);

	if (count) {
		count->packets++;
		count->bytes += end - data;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
