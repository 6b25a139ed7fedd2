// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How long it takes to establish TCP connections that this host makes, IPv4.
 *
 *   netctl run tcpconnect.bpf.c
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define AF_INET 2

struct connect_event {
	__be32 saddr;
	__be32 daddr;
	__u16 dport;
	__u64 microseconds;
};

/* When a connection was begun.
 *
 * key     struct sock *
 * value   nanoseconds since boot
 * writes  on_state, when a socket sends its first SYN; deleted when it is answered or given up
 * reads   on_state
 * full    the connection is not seen
 * since   Linux 3.19
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} begun SEC(".maps");

/* Records for whoever listens; see execsnoop.bpf.c. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} connects SEC(".maps");

/* Keeps the type in the object; see execsnoop.bpf.c. */
const struct connect_event *connect_event_type __attribute__((unused));

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sock, int before, int now)
{
	struct connect_event *event;
	__u64 key = (__u64)sock, time = bpf_ktime_get_ns();
	__u64 *begin;

	if (BPF_CORE_READ(sock, __sk_common.skc_family) != AF_INET)
		return 0;
	if (now == TCP_SYN_SENT) {
		bpf_map_update_elem(&begun, &key, &time, BPF_ANY);
		return 0;
	}
	if (before != TCP_SYN_SENT)
		return 0;
	begin = bpf_map_lookup_elem(&begun, &key);
	if (!begin)
		return 0;
	time -= *begin;
	bpf_map_delete_elem(&begun, &key);
	if (now != TCP_ESTABLISHED)
		return 0;
	event = bpf_ringbuf_reserve(&connects, sizeof(*event), 0);
	if (!event)
		return 0;
	event->saddr = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
	event->daddr = BPF_CORE_READ(sock, __sk_common.skc_daddr);
	event->dport = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
	event->microseconds = time / 1000;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
