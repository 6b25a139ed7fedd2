// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP connections that are opened by a SYN cookie, by port: whether the cookies that the kernel sends in a SYN
 * flood reach anybody. Beside them the ACKs that open nothing: late ones, or a flood of ACKs.
 *
 *   netctl run syncookies.bpf.c eth1
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* What came to a listening socket that was no SYN. */
struct acks {
	__u64 cookies;
	__u64 others;
};

/* ACKs by the port that listens.
 *
 * key     port, network order
 * value   how many, one for each CPU
 * writes  count_cookies
 * reads   netctl run
 * full    a port that rarely has any is forgotten
 * since   Linux 4.10
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __be16);
	__type(value, struct acks);
} cookies SEC(".maps");

/* Only a listening socket has an answer; the ACKs of a connection find the connection. */
static __always_inline void count(struct xdp_md *context, struct bpf_sock_tuple *tuple, __u32 size,
				  void *ip, __u32 ip_bytes, struct tcphdr *tcp)
{
	struct acks none = {}, *found;
	struct bpf_sock *socket;
	long answer;

	socket = bpf_skc_lookup_tcp(context, tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (!socket)
		return;
	if (socket->state == BPF_TCP_LISTEN) {
		answer = bpf_tcp_check_syncookie(socket, ip, ip_bytes, tcp, sizeof(*tcp));
		found = bpf_map_lookup_elem(&cookies, &tcp->dest);
		if (!found) {
			bpf_map_update_elem(&cookies, &tcp->dest, &none, BPF_NOEXIST);
			found = bpf_map_lookup_elem(&cookies, &tcp->dest);
		}
		if (found && answer == 0)
			found->cookies++;
		else if (found)
			found->others++;
	}
	bpf_sk_release(socket);
}

SEC("xdp")
int count_cookies(struct xdp_md *context)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	struct bpf_sock_tuple tuple = {};
	struct ipv6hdr *ip6;
	struct tcphdr *tcp;
	struct iphdr *ip;

	if ((void *)(ethernet + 1) > end)
		return XDP_PASS;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		ip = (void *)(ethernet + 1);
		tcp = (void *)(ip + 1);
		/* Options are rare, and the rest of a fragment is no header. */
		if ((void *)(tcp + 1) > end || ip->ihl != 5 || ip->protocol != IPPROTO_TCP ||
		    ip->frag_off & bpf_htons(0x1fff) || tcp->syn || tcp->rst || !tcp->ack)
			return XDP_PASS;
		tuple.ipv4.saddr = ip->saddr;
		tuple.ipv4.daddr = ip->daddr;
		tuple.ipv4.sport = tcp->source;
		tuple.ipv4.dport = tcp->dest;
		count(context, &tuple, sizeof(tuple.ipv4), ip, sizeof(*ip), tcp);
	} else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6 = (void *)(ethernet + 1);
		tcp = (void *)(ip6 + 1);
		if ((void *)(tcp + 1) > end || ip6->nexthdr != IPPROTO_TCP || tcp->syn ||
		    tcp->rst || !tcp->ack)
			return XDP_PASS;
		__builtin_memcpy(tuple.ipv6.saddr, &ip6->saddr, sizeof(tuple.ipv6.saddr));
		__builtin_memcpy(tuple.ipv6.daddr, &ip6->daddr, sizeof(tuple.ipv6.daddr));
		tuple.ipv6.sport = tcp->source;
		tuple.ipv6.dport = tcp->dest;
		count(context, &tuple, sizeof(tuple.ipv6), ip6, sizeof(*ip6), tcp);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
