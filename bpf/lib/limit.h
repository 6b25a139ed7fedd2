/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Limits: token buckets, kept as the generic cell rate algorithm keeps them (ITU-T I.371), one time
 * a bucket. Two CPUs agree on it by compare-and-swap, without a lock.
 */
#ifndef NETCTL_LIMIT_H
#define NETCTL_LIMIT_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* When the bucket will be full again, ns of the monotonic clock.
 *
 * key     struct netctl_bucket_key
 * value   ns; in the past: the bucket is full
 * writes  every body of the attachment; it outlives them, a rule's slot being kept by its name
 * full    the bucket used least recently goes: its source begins anew
 * since   Linux 4.10; compare-and-swap 5.12
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NETCTL_BUCKETS);
	__type(key, struct netctl_bucket_key);
	__type(value, __u64);
} limits SEC(".maps");

enum {
	/* A swap that another CPU was faster with is tried again this often. */
	LIMIT_SWAPS_MAX = 4,
};

/* The key of a packet's bucket. */
static __always_inline void bucket_key(struct netctl_bucket_key *key,
				       const struct netctl_rule *rule, bool is_ipv4,
				       const __u8 *src)
{
	__u32 bytes;

	__builtin_memset(key, 0, sizeof(*key));
	key->slot = rule->slot;
	if (rule->limit_per == NETCTL_LIMIT_ALL)
		return;
	if (is_ipv4)
		bytes = rule->limit_per == NETCTL_LIMIT_SRC ? 4 : 3;
	else
		bytes = rule->limit_per == NETCTL_LIMIT_SRC ? 8 : 7;
#pragma unroll
	for (__u32 i = 0; i < 8; i++)
		if (i < bytes)
			key->address[i] = src[i];
}

/* Takes a token; true when there was none. */
static __always_inline bool exceeds(const struct netctl_rule *rule, bool is_ipv4, const __u8 *src)
{
	__u64 now = bpf_ktime_get_ns();
	struct netctl_bucket_key key;
	__u64 *full_at;

	bucket_key(&key, rule, is_ipv4, src);
	full_at = bpf_map_lookup_elem(&limits, &key);
	if (!full_at) {
		__u64 first = now + rule->limit_interval;

		/* Lost against another CPU: that one's packet was the first. */
		bpf_map_update_elem(&limits, &key, &first, BPF_NOEXIST);
		return false;
	}
	for (int i = 0; i < LIMIT_SWAPS_MAX; i++) {
		__u64 old = *(volatile __u64 *)full_at;
		__u64 next = (old > now ? old : now) + rule->limit_interval;

		if (next - now > rule->limit_tolerance)
			return true;
		if (__sync_val_compare_and_swap(full_at, old, next) == old)
			return false;
	}
	return true;
}

#endif
