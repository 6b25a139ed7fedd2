// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An XDP program that has a bit of everything the library offers. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct prefix4 {
	__u32 length; /* 0..32 */
	__u8 address[4];
};

struct counter {
	__u64 packets;
	__u64 bytes;
};

const volatile __u32 verdict = XDP_PASS;
const volatile struct counter bias = {};
__u32 runs; /* .bss */
__u32 step = 1; /* .data */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct counter);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 100000);
	__type(key, struct prefix4);
	__type(value, __u32);
} prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} bodies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1000);
	__type(key, __u32);
	__type(value, __u32);
} mapped SEC(".maps");

SEC("xdp")
int verdict_of(struct xdp_md *ctx)
{
	__u32 key = 5;
	struct counter *counter = bpf_map_lookup_elem(&counters, &key);
	__u32 *seen;

	if (counter) {
		counter->packets += 1 + bias.packets;
		counter->bytes += ctx->data_end - ctx->data;
	}
	key = 7;
	seen = bpf_map_lookup_elem(&mapped, &key);
	if (seen)
		*seen += 1;
	runs += step;
	return verdict;
}

/* The verdict of the longest prefix that holds bytes 26..29, where IPv4 has its source. */
SEC("xdp")
int by_source(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct prefix4 key = { .length = 32 };
	__u32 *found;

	if (data + 34 > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(key.address, data + 26, 4);
	found = bpf_map_lookup_elem(&prefixes, &key);
	return found ? *found : XDP_PASS;
}

SEC("xdp")
int stub(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &bodies, 1);
	return XDP_TX;
}

/* Swaps the first two bytes of the packet. */
SEC("xdp")
int swap(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 first;

	if (data + 2 > (__u8 *)(long)ctx->data_end)
		return XDP_ABORTED;
	first = data[0];
	data[0] = data[1];
	data[1] = first;
	return XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
