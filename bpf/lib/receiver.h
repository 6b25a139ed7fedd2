/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket that a packet's addresses lead to. Include the hook's frame header first. */
#ifndef NETCTL_RECEIVER_H
#define NETCTL_RECEIVER_H

#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <netctl/abi.h>
#include "lib/socket_cookie.h"

/* Looks the receiver of an event's packet up, in the namespace of its device. Global: its frame is
 * not to be on top of those of who else is called.
 *
 */
__attribute__((noinline)) int find_receiver(hook_ctx *ctx, struct netctl_event *event)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *socket;
	__u32 size;

	if (!emits || !event || !(event->flags & NETCTL_EVENT_L4))
		return 0;
	if (event->family == 4) {
		__builtin_memcpy(&tuple.ipv4.saddr, event->src, 4);
		__builtin_memcpy(&tuple.ipv4.daddr, event->dst, 4);
		tuple.ipv4.sport = bpf_htons(event->sport);
		tuple.ipv4.dport = bpf_htons(event->dport);
		size = sizeof(tuple.ipv4);
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, event->src, 16);
		__builtin_memcpy(tuple.ipv6.daddr, event->dst, 16);
		tuple.ipv6.sport = bpf_htons(event->sport);
		tuple.ipv6.dport = bpf_htons(event->dport);
		size = sizeof(tuple.ipv6);
	}
	if (event->protocol == IPPROTO_TCP)
		socket = bpf_sk_lookup_tcp(ctx, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	else if (event->protocol == IPPROTO_UDP)
		socket = bpf_sk_lookup_udp(ctx, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	else
		return 0;
	if (!socket)
		return 0;
	event->dst_cookie = cookie_of(socket);
	bpf_sk_release(socket);
	if (event->dst_cookie)
		event->dst_how = NETCTL_HOW_LOOKUP;
	return 0;
}

#endif
