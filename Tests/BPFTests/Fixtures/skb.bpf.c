// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs on socket buffers and for cgroups. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 verdict = TC_ACT_UNSPEC; /* of tc_count: TCX_NEXT */
const volatile __u32 allowed = 1; /* of egress and ingress */

/* Packets that tc_count and tc_other saw, one after the other. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static void count(__u32 key)
{
	__u64 *packets = bpf_map_lookup_elem(&seen, &key);

	if (packets)
		__sync_fetch_and_add(packets, 1);
}

SEC("tc")
int tc_count(struct __sk_buff *skb __attribute__((unused)))
{
	count(0);
	return verdict;
}

SEC("tc")
int tc_other(struct __sk_buff *skb __attribute__((unused)))
{
	count(1);
	return TC_ACT_UNSPEC;
}

/* Answers a value made of everything that a test run can set, and changes two of them. */
SEC("tc")
int tc_context(struct __sk_buff *skb)
{
	__u32 value = skb->mark + 10 * skb->ifindex + 100 * skb->ingress_ifindex;

	skb->mark += 1;
	skb->priority += 1;
	return value;
}

/* Lets IP pass. No direct access: test runs of older kernels show cgroup skb no data that way. */
SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	__u8 first;

	count(0);
	if (bpf_skb_load_bytes(skb, 0, &first, 1))
		return 0;
	return allowed && (first >> 4 == 4 || first >> 4 == 6);
}

/* 2 and 3 exist on egress only: the kernel holds the program to its hook. */
SEC("cgroup_skb/egress")
int congested(struct __sk_buff *skb)
{
	return skb->len > 1000 ? 3 : 1;
}

SEC("cgroup_skb/ingress")
int ingress(struct __sk_buff *skb __attribute__((unused)))
{
	count(1);
	return allowed;
}

/* All but /dev/zero. */
SEC("cgroup/dev")
int device(struct bpf_cgroup_dev_ctx *ctx)
{
	return !(ctx->major == 1 && ctx->minor == 5);
}

char _license[] SEC("license") = "Dual BSD/GPL";
