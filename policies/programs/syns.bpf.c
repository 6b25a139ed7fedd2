// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP connections that others ask for (SYN without ACK), by port: what a SYN flood is after.
 *
 *   netctl run syns.bpf.c eth1
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* SYNs by destination port.
 *
 * key     port, network order
 * value   how many, one for each CPU
 * writes  count_syns
 * reads   netctl run
 * full    a port that is rarely asked for is forgotten
 * since   Linux 4.10
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __be16);
	__type(value, __u64);
} syns SEC(".maps");

SEC("xdp")
int count_syns(struct xdp_md *context)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct tcphdr *tcp;
	__u64 one = 1, *count;

	if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_TCP || ip->frag_off & bpf_htons(0x1fff))
		return XDP_PASS;
	tcp = (void *)ip + ip->ihl * 4;
	if (ip->ihl < 5 || (void *)(tcp + 1) > end || !tcp->syn || tcp->ack)
		return XDP_PASS;
	count = bpf_map_lookup_elem(&syns, &tcp->dest);
	if (count)
		(*count)++;
	else
		bpf_map_update_elem(&syns, &tcp->dest, &one, BPF_NOEXIST);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
