// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What becomes of TCP sockets: listeners, the connections that come in by them, and the end. Most of it
 * happens on behalf of packets, so the process that runs is never asked.
 */
#include "lib/socket_record.h"
#include "lib/tracing.h"

/* A connection comes in: it belongs to who owns the listener, until somebody is seen to use it. */
static __always_inline void inherit(struct sock *sk, __u64 cookie, int state)
{
	__u64 *listener = bpf_sk_storage_get(&socket_inherit, sk, NULL, 0);
	struct netctl_socket record;

	if (!listener || !copy_socket(*listener, &record))
		return;
	record.cookie = cookie;
	record.created = bpf_ktime_get_boot_ns();
	record.closed = 0;
	record.creator = 0;
	record.closed_in = 0;
	record.flags = 0;
	record.retransmits = 0;
	record.origin = NETCTL_ORIGIN_INHERIT;
	record.state = state;
	set_addresses(&record, &sk->__sk_common);
	keep(&record);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(socket_state, struct sock *sk, int old, int state)
{
	struct netctl_socket *record;
	__u64 cookie;

	if (sk->sk_protocol != 6 || is_unborn(sk, old, state))
		return 0;
	cookie = bpf_get_socket_cookie(sk);
	if (state == TCP_LISTEN) {
		__u64 *listener =
			bpf_sk_storage_get(&socket_inherit, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

		if (listener)
			*listener = cookie;
	}
	record = bpf_map_lookup_elem(&socket_context, &cookie);
	if (!record) {
		if (state == TCP_SYN_RECV || old == TCP_SYN_RECV)
			inherit(sk, cookie, state);
		return 0;
	}
	if (state == TCP_CLOSE)
		record->closed_in = old;
	record->state = state;
	if (state == TCP_LISTEN || state == TCP_SYN_SENT ||
	    (state == TCP_ESTABLISHED && old != TCP_SYN_RECV))
		set_addresses(record, &sk->__sk_common);
	/* A connection that was refused: the kernel has let go of the port, but not of its number. */
	if (state == TCP_CLOSE && !record->local_port)
		record->local_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(socket_destroy, struct sock *sk)
{
	retire(bpf_get_socket_cookie(sk));
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
