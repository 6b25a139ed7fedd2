// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Packets and bytes by protocol.
 *
 *   netctl run protocols.bpf.c eth1
 *   netctl run protocols.bpf.c eth1 --set smallest=1000
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

/* What is no IP packet; a number that IANA has reserved. */
#define NOT_IP 255

/* Packets by protocol.
 *
 * key     IP protocol: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6; 255 for what is no IP packet
 * value   struct count, one for each CPU
 * writes  count_protocols, once for each packet
 * reads   netctl run
 * full    never: an element for each number
 * since   Linux 4.6
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct count);
} protocols SEC(".maps");

/* Shorter frames are not counted. */
const volatile __u32 smallest = 0;

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

	if (count && end - data >= smallest) {
		count->packets++;
		count->bytes += end - data;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
