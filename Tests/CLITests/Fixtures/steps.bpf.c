/* What XDP programs of others are made of: global variables, functions that the verifier looks at by
 * themselves, a program array and an array of maps that are filled where they are declared, and frames of
 * several buffers.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { PROTOCOL_UDP, PROTOCOL_OTHER, PROTOCOL_MAX };

struct counter {
	__u64 packets;
	__u64 bytes;
};

/* .rodata, .data and .bss */
const volatile __u32 weight = 1;
__u64 frames_first = 1000;
__u64 frames_seen;

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counter);
} steps_udp SEC(".maps"), steps_other SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, PROTOCOL_MAX);
	__type(key, __u32);
	__array(values, struct inner);
} steps_outer SEC(".maps") = {
	.values = { [PROTOCOL_UDP] = &steps_udp, [PROTOCOL_OTHER] = &steps_other },
};

int steps_udp_step(struct xdp_md *context);
int steps_other_step(struct xdp_md *context);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, PROTOCOL_MAX);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} steps_next SEC(".maps") = {
	.values = {
		[PROTOCOL_UDP] = (void *)&steps_udp_step,
		[PROTOCOL_OTHER] = (void *)&steps_other_step,
	},
};

/* A global function: its arguments can be anything. */
__attribute__((noinline)) int weighed(int packets)
{
	return packets * weight;
}

static __attribute__((noinline)) int count(struct xdp_md *context, __u32 protocol)
{
	void *inner = bpf_map_lookup_elem(&steps_outer, &protocol);
	__u32 zero = 0;
	struct counter *counter;

	if (!inner)
		return XDP_ABORTED;
	counter = bpf_map_lookup_elem(inner, &zero);
	if (!counter)
		return XDP_ABORTED;
	__sync_fetch_and_add(&counter->packets, weighed(1));
	__sync_fetch_and_add(&counter->bytes, bpf_xdp_get_buff_len(context));
	return XDP_PASS;
}

SEC("xdp.frags")
int steps_udp_step(struct xdp_md *context)
{
	return count(context, PROTOCOL_UDP);
}

SEC("xdp.frags")
int steps_other_step(struct xdp_md *context)
{
	return count(context, PROTOCOL_OTHER);
}

SEC("xdp.frags")
int steps_first(struct xdp_md *context)
{
	struct {
		struct ethhdr ethernet;
		struct iphdr ip;
	} __attribute__((packed)) headers;
	__u32 protocol = PROTOCOL_OTHER;

	__sync_fetch_and_add(&frames_seen, 1);
	__sync_fetch_and_add(&frames_first, 1);
	if (!bpf_xdp_load_bytes(context, 0, &headers, sizeof(headers)) &&
	    headers.ethernet.h_proto == bpf_htons(ETH_P_IP) && headers.ip.protocol == IPPROTO_UDP)
		protocol = PROTOCOL_UDP;
	bpf_tail_call(context, &steps_next, protocol);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
