// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a user's program does, for `netctl stats --measure`: how often XDP refused what it answered, and
 * which codes it returned. Nothing is pinned: when the command ends, these are gone.
 */
#include "lib/tracing.h"

/* XDP's refusals by program and answer.
 *
 * key     program id << 32 | answer (enum xdp_action, or a number that is none), host order
 * value   how often
 * writes  program_exception, once for each frame
 * reads   netctl stats
 * full    further answers are not counted
 * since   Linux 3.19
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} use_exceptions SEC(".maps");

/* The codes that one program returned.
 *
 * key     the code, host order
 * value   how often
 * writes  program_return, once for each run
 * reads   netctl stats
 * full    further codes are not counted
 * since   Linux 3.19
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} use_returns SEC(".maps");

static __always_inline void count(void *map, const void *key)
{
	__u64 none = 0;
	__u64 *value = bpf_map_lookup_elem(map, key);

	if (!value) {
		bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
		value = bpf_map_lookup_elem(map, key);
	}
	/* Programs run on every CPU, and some may be preempted. */
	if (value)
		__sync_fetch_and_add(value, 1);
}

SEC("tp_btf/xdp_exception")
int BPF_PROG(program_exception, const struct net_device *device, const struct bpf_prog *program,
	     __u32 answer)
{
	__u64 key = (__u64)program->aux->id << 32 | answer;

	count(&use_exceptions, &key);
	return 0;
}

/* The program that it is attached to is chosen before the load. Whatever its argument is, it has one. */
SEC("fexit/program")
int BPF_PROG(program_return, void *argument, int result)
{
	__u32 code = result;

	count(&use_returns, &code);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
