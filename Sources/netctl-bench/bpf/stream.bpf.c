// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Gives a program under test another packet in every run of one test: what a busy interface does,
 * whose CPU begins the next packet while it still waits for memory that the one before asked for.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "position.h"

/* Which bytes of the packet change, and how many flows there are, a power of two. */
const volatile __u32 first_byte = 0;
const volatile __u32 words = 1; /* of 8 bytes, 5 at most */
const volatile __u32 flow_count = 1;

/* Those bytes of every flow.
 *
 * writes  netctl-bench, before a test
 * size    max_entries and value_size are set before the load
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} flows SEC(".maps");

/* The program under test. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

SEC("xdp")
int stream(struct xdp_md *ctx)
{
	__u32 index = advance() & (flow_count - 1);
	__u64 *flow = bpf_map_lookup_elem(&flows, &index);
	__u64 *packet = (void *)(long)ctx->data + first_byte;

	if (!flow || (void *)(packet + words) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
#pragma unroll
	for (__u32 i = 0; i < 5; i++)
		if (i < words)
			packet[i] = flow[i];
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
