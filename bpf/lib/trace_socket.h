/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How events about TCP sockets are written. */
#ifndef NETCTL_TRACE_SOCKET_H
#define NETCTL_TRACE_SOCKET_H

#include <bpf/bpf_endian.h>
#include "lib/socket_context.h"
#include "lib/trace_events.h"

static __always_inline struct netctl_trace_socket *begin_event(enum netctl_trace kind)
{
	struct netctl_trace_socket *event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);

	if (!event) {
		count_lost();
		return NULL;
	}
	count_sent();
	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_boot_ns();
	event->kind = kind;
	return event;
}

/* Addresses, ports and namespace, of a socket of any kind. */
static __always_inline void describe_socket(struct netctl_trace_socket *event,
					    const struct sock_common *common)
{
	event->family = common->skc_family;
	event->state = common->skc_state;
	event->netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
	event->local_port = common->skc_num;
	event->remote_port = bpf_ntohs(common->skc_dport);
	if (event->family == AF_INET6) {
		bpf_core_read(event->local, 16, &common->skc_v6_rcv_saddr);
		bpf_core_read(event->remote, 16, &common->skc_v6_daddr);
	} else {
		*(__u32 *)event->local = common->skc_rcv_saddr;
		*(__u32 *)event->remote = common->skc_daddr;
	}
}

/* The port of a socket whose number the kernel has taken back already. */
static __always_inline void find_port(struct netctl_trace_socket *event, struct sock *sk)
{
	if (!event->local_port)
		event->local_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
}

/* Whose it is, as far as the socket context knows. */
static __always_inline void find_owner(struct netctl_trace_socket *event, __u64 cookie,
				       enum netctl_how how)
{
	event->cookie = cookie;
	if (copy_socket(cookie, &event->owner))
		event->how = how;
}

#endif
