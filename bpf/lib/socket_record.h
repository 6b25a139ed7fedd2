/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the records of sockets are written. */
#ifndef NETCTL_SOCKET_RECORD_H
#define NETCTL_SOCKET_RECORD_H

#include <bpf/bpf_endian.h>
#include "lib/socket_context.h"
#include "lib/socket_owner.h"

/* Where the connections of a listener find whose they are: the kernel copies the element to the
 * socket of each connection.
 *
 * key     the socket
 * value   the listener's cookie
 * writes  socket_state and socket_scan, for listeners alone: one on every socket costs a microsecond
 * full    never: memory comes with the socket; without any the connections stay unknown
 * since   Linux 5.2, in tracing programs 5.11
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, __u64);
} socket_inherit SEC(".maps");

/* What could not be kept.
 *
 * key     0
 * value   struct netctl_context_totals
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct netctl_context_totals);
} context_totals SEC(".maps");

static __always_inline void count_full(void)
{
	__u32 zero = 0;
	struct netctl_context_totals *totals = bpf_map_lookup_elem(&context_totals, &zero);

	if (totals)
		__sync_fetch_and_add(&totals->full, 1);
}

/* Keeps a record of a socket that has none; false if one was there or there is no room. */
static __always_inline bool keep(const struct netctl_socket *record)
{
	long error = bpf_map_update_elem(&socket_context, &record->cookie, record, BPF_NOEXIST);

	if (error && error != -17 /* EEXIST */)
		count_full();
	return !error;
}

/* Writes addresses, ports and namespace of a socket into its record. */
static __always_inline void set_addresses(struct netctl_socket *record,
					  const struct sock_common *common)
{
	struct net *net = common->skc_net.net;

	record->family = common->skc_family;
	record->netns = BPF_CORE_READ(net, ns.inum);
	record->local_port = common->skc_num;
	record->remote_port = bpf_ntohs(common->skc_dport);
	if (record->family == AF_INET6) {
		bpf_core_read(record->local, 16, &common->skc_v6_rcv_saddr);
		bpf_core_read(record->remote, 16, &common->skc_v6_daddr);
	} else {
		*(__u32 *)record->local = common->skc_rcv_saddr;
		*(__u32 *)record->remote = common->skc_daddr;
	}
}

/* Moves a closed socket to those closed last. */
static __always_inline void retire(__u64 cookie)
{
	struct netctl_socket *record = bpf_map_lookup_elem(&socket_context, &cookie);

	if (!record)
		return;
	record->closed = bpf_ktime_get_boot_ns();
	bpf_map_update_elem(&socket_recent, &cookie, record, BPF_ANY);
	bpf_map_delete_elem(&socket_context, &cookie);
}

#endif
