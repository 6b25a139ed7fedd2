// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that write to ring buffers. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* What is written. */
struct record {
	__u64 number;
	__u64 filler;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

/* Records written, and those that found no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} written SEC(".maps");

static int write_to(void *to)
{
	__u64 *count = bpf_map_lookup_elem(&written, &(__u32){ 0 });
	__u64 *lost = bpf_map_lookup_elem(&written, &(__u32){ 1 });
	struct record *record;

	if (!count || !lost)
		return 0;
	record = bpf_ringbuf_reserve(to, sizeof(*record), 0);
	if (!record) {
		(*lost)++;
		return 1;
	}
	record->number = (*count)++;
	record->filler = ~record->number;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 2;
}

SEC("xdp")
int write_one(struct xdp_md *ctx __attribute__((unused)))
{
	return write_to(&ring);
}

/* Into the second of the rings; 3: there is none. */
SEC("xdp")
int write_second(struct xdp_md *ctx __attribute__((unused)))
{
	void *second = bpf_map_lookup_elem(&rings, &(__u32){ 1 });

	return second ? write_to(second) : 3;
}

char _license[] SEC("license") = "Dual BSD/GPL";
