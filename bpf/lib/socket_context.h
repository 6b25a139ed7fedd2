/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose socket, by cookie. For programs that want to know: they ask when they have something to tell
 * about a packet, never for each packet. Programs of these maps are loaded by who listens, with the
 * maps of `netctl context on` where that is in force, else with maps of the listener's own.
 */
#ifndef NETCTL_SOCKET_CONTEXT_H
#define NETCTL_SOCKET_CONTEXT_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/kernel_types.h"

/* The open sockets.
 *
 * key     cookie: the kernel's number of a socket, never used again
 * value   struct netctl_socket
 * writes  socket_context, socket_state and socket_scan; `netctl` sweeps
 * reads   who has something to tell about a packet
 * full    the socket stays unknown and is counted; no other is evicted for it, for then a flood of
 *         short connections would push idle listeners out
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NETCTL_SOCKETS);
	__type(key, __u64);
	__type(value, struct netctl_socket);
} socket_context SEC(".maps");

/* Those closed last: FINs, TIME_WAIT and late drops come behind the end.
 *
 * full    the one used least recently goes
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NETCTL_SOCKETS_RECENT);
	__type(key, __u64);
	__type(value, struct netctl_socket);
} socket_recent SEC(".maps");

/* Copies what is known of a socket.
 *
 * Elements of the maps are used again at once. A copy that another CPU has overtaken would name a
 * stranger: it is thrown away.
 */
static __always_inline bool copy_socket(__u64 cookie, struct netctl_socket *copy)
{
	struct netctl_socket *found;

	if (!cookie)
		return false;
	found = bpf_map_lookup_elem(&socket_context, &cookie);
	if (!found)
		found = bpf_map_lookup_elem(&socket_recent, &cookie);
	if (!found)
		return false;
	__builtin_memcpy(copy, found, sizeof(*copy));
	barrier();
	if (*(volatile __u64 *)&found->cookie == cookie)
		return true;
	__builtin_memset(copy, 0, sizeof(*copy));
	return false;
}

/* Whether a connection is still a copy of its listener, cookie and addresses included: up to Linux 6.12 it
 * gets its own after it came to its first state. Of the next one everything can be read.
 */
static __always_inline bool is_unborn(const struct sock *sk, int old, int state)
{
	return old == TCP_LISTEN && state == TCP_SYN_RECV && !sk->__sk_common.skc_dport;
}

/* A socket and how it was found. */
struct found_socket {
	__u64 cookie; /* 0: none */
	enum netctl_how how;
};

/* The kernel's part that all kinds of socket have in common, request and TIME_WAIT socks too. Of a
 * `struct bpf_sock` that the verifier lets nobody see into, it is a copy.
 */
struct common_copy {
	__u8 bytes[136];
};

static __always_inline const struct sock_common *copy_common(struct common_copy *copy,
							     const void *sock)
{
	if (bpf_probe_read_kernel(copy, sizeof(*copy), sock))
		return NULL;
	return (const struct sock_common *)copy;
}

/* A handshake's request sock has the cookie of the connection that it may become; whose it is, its
 * listener tells. `plain` is how the socket was found otherwise.
 */
static __always_inline struct found_socket socket_behind(const struct sock_common *common,
							 enum netctl_how plain)
{
	if (common->skc_state == TCP_NEW_SYN_RECV)
		return (struct found_socket){
			.cookie =
				BPF_CORE_READ(common, skc_listener, __sk_common.skc_cookie.counter),
			.how = NETCTL_HOW_LISTENER,
		};
	return (struct found_socket){ .cookie = common->skc_cookie.counter, .how = plain };
}

/* The socket of this host that a packet is addressed to, in the hook's network namespace. For XDP and
 * TC. Ports are in network order.
 */
static __always_inline struct found_socket look_up_socket(void *ctx, bool is_ipv4, __u8 protocol,
							  const __u8 *src, const __u8 *dst,
							  __be16 sport, __be16 dport)
{
	struct found_socket found = {};
	struct bpf_sock_tuple tuple = {};
	struct common_copy copy;
	const struct sock_common *common = NULL;
	struct bpf_sock *sock;
	__u32 size;

	if (is_ipv4) {
		__builtin_memcpy(&tuple.ipv4.saddr, src, 4);
		__builtin_memcpy(&tuple.ipv4.daddr, dst, 4);
		tuple.ipv4.sport = sport;
		tuple.ipv4.dport = dport;
		size = sizeof(tuple.ipv4);
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, src, 16);
		__builtin_memcpy(tuple.ipv6.daddr, dst, 16);
		tuple.ipv6.sport = sport;
		tuple.ipv6.dport = dport;
		size = sizeof(tuple.ipv6);
	}
	/* Two branches that meet again only without the pointer: the verifier tells the kinds apart. */
	if (protocol == 6) {
		sock = bpf_skc_lookup_tcp(ctx, &tuple, size, BPF_F_CURRENT_NETNS, 0);
		if (sock) {
			common = copy_common(&copy, sock);
			bpf_sk_release(sock);
		}
	} else if (protocol == 17) {
		sock = bpf_sk_lookup_udp(ctx, &tuple, size, BPF_F_CURRENT_NETNS, 0);
		if (sock) {
			common = copy_common(&copy, sock);
			bpf_sk_release(sock);
		}
	}
	if (common)
		found = socket_behind(common, NETCTL_HOW_LOOKUP);
	return found;
}

/* The socket that a packet carries: on egress the sender's, on cgroup ingress the receiver's, on TC
 * ingress behind a veth the sender's again. For TC and cgroup.
 */
static __always_inline struct found_socket carried_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sock = skb->sk;
	struct found_socket found = {};
	struct common_copy copy;
	const struct sock_common *common;

	if (!sock)
		return found;
	common = copy_common(&copy, sock);
	if (!common)
		return found;
	found = socket_behind(common, NETCTL_HOW_SKB);
	/* A socket that nobody has asked for its cookie yet has none. */
	if (!found.cookie && found.how == NETCTL_HOW_SKB)
		found.cookie = bpf_get_socket_cookie(skb);
	return found;
}

#endif
