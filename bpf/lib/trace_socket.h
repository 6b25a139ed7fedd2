/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How events about TCP sockets are written. */
#ifndef NETCTL_TRACE_SOCKET_H
#define NETCTL_TRACE_SOCKET_H

#include <bpf/bpf_endian.h>
#include "lib/socket_context.h"
#include "lib/trace_events.h"

static __always_inline bool is_meant_port(__u16 port)
{
	return port >= only_first_port && port <= only_last_port;
}

/* Whether an event about this socket may be asked for. One whose port the kernel has taken back is looked
 * at again when the event is told.
 */
static __always_inline bool may_be_meant(const struct sock_common *common)
{
	if (only_netns && BPF_CORE_READ(common, skc_net.net, ns.inum) != only_netns)
		return false;
	return !common->skc_num || is_meant_port(common->skc_num) ||
	       is_meant_port(bpf_ntohs(common->skc_dport));
}

static __always_inline struct netctl_trace_socket *begin_event(enum netctl_trace kind)
{
	struct netctl_trace_socket *event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);

	if (!event) {
		count_lost();
		return NULL;
	}
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

/* Hands an event over, if it is asked for. */
static __always_inline void tell(struct netctl_trace_socket *event)
{
	bool is_meant = (!only_netns || only_netns == event->netns) &&
			(is_meant_port(event->local_port) || is_meant_port(event->remote_port)) &&
			is_meant_process(event->owner.tgid,
					 event->owner.tgid ? event->owner.uid : (__u32)-1);

	if (!is_meant) {
		bpf_ringbuf_discard(event, 0);
		count_filtered();
		return;
	}
	bpf_ringbuf_submit(event, 0);
	count_sent();
}

/* Tells that something happened to a socket, whose owner is found by a cookie. */
static __always_inline void tell_of(const struct sock_common *common, enum netctl_trace kind,
				    __u64 cookie, enum netctl_how how)
{
	struct netctl_trace_socket *event;

	if (!may_be_meant(common)) {
		count_filtered();
		return;
	}
	event = begin_event(kind);
	if (!event)
		return;
	describe_socket(event, common);
	find_owner(event, cookie, how);
	tell(event);
}

#endif
