// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who makes, binds, connects and uses sockets: the cgroup hooks, on which the process that runs is the
 * one that asks. They sit at the root of all cgroups, beside others' programs, and allow everything.
 */
#include "lib/socket_record.h"

enum {
	ALLOW = 1,
};

/* The record of a socket that a process does something with, written anew if it is not the one that
 * owned it: descriptors are passed on.
 */
static __always_inline struct netctl_socket *used(__u64 cookie, const void *sock, __u8 type,
						  __u8 protocol, enum netctl_origin origin)
{
	struct netctl_socket *record = bpf_map_lookup_elem(&socket_context, &cookie);
	struct task_struct *task = bpf_get_current_task_btf();
	struct netctl_socket new = {};
	const struct sock_common *common;
	struct common_copy copy;

	if (record) {
		if (record->tgid != (__u32)task->tgid)
			set_owner(record, task, origin);
		else if (origin != NETCTL_ORIGIN_SEND)
			set_name(record, task); /* it may be another program by now */
		return record;
	}
	common = copy_common(&copy, sock);
	if (!common)
		return NULL;
	new.cookie = cookie;
	new.created = bpf_ktime_get_boot_ns();
	new.type = type;
	new.protocol = protocol;
	set_owner(&new, task, origin);
	set_addresses(&new, common);
	if (origin == NETCTL_ORIGIN_CREATE)
		new.creator = new.tgid;
	keep(&new);
	return bpf_map_lookup_elem(&socket_context, &cookie);
}

SEC("cgroup/sock_create")
int socket_create(struct bpf_sock *ctx)
{
	used(bpf_get_socket_cookie(ctx), ctx, ctx->type, ctx->protocol, NETCTL_ORIGIN_CREATE);
	return ALLOW;
}

/* A TCP socket lives on when its descriptor is closed: socket_state has its end. */
SEC("cgroup/sock_release")
int socket_release(struct bpf_sock *ctx)
{
	if (ctx->protocol != 6 || ctx->type != SOCK_STREAM)
		retire(bpf_get_socket_cookie(ctx));
	return ALLOW;
}

static __always_inline int bound(struct bpf_sock *ctx)
{
	struct netctl_socket *record =
		used(bpf_get_socket_cookie(ctx), ctx, ctx->type, ctx->protocol, NETCTL_ORIGIN_BIND);
	struct common_copy copy;
	const struct sock_common *common = copy_common(&copy, ctx);

	if (record && common)
		set_addresses(record, common);
	return ALLOW;
}

SEC("cgroup/post_bind4")
int socket_bind4(struct bpf_sock *ctx)
{
	return bound(ctx);
}

SEC("cgroup/post_bind6")
int socket_bind6(struct bpf_sock *ctx)
{
	return bound(ctx);
}

static __always_inline struct netctl_socket *addressed(struct bpf_sock_addr *ctx,
						       enum netctl_origin origin)
{
	struct bpf_sock *sock = ctx->sk;
	struct netctl_socket *record;

	if (!sock)
		return NULL;
	record = used(bpf_get_socket_cookie(ctx), sock, ctx->type, ctx->protocol, origin);
	/* The kernel has chosen a port before the first datagram is sent. */
	if (record && !record->local_port)
		record->local_port = sock->src_port;
	return record;
}

static __always_inline int addressed4(struct bpf_sock_addr *ctx, enum netctl_origin origin)
{
	struct netctl_socket *record = addressed(ctx, origin);

	if (record) {
		record->remote_port = bpf_ntohs(ctx->user_port);
		*(__u32 *)record->remote = ctx->user_ip4;
	}
	return ALLOW;
}

static __always_inline int addressed6(struct bpf_sock_addr *ctx, enum netctl_origin origin)
{
	struct netctl_socket *record = addressed(ctx, origin);

	if (record) {
		__u32 *remote = (__u32 *)record->remote;

		record->remote_port = bpf_ntohs(ctx->user_port);
		remote[0] = ctx->user_ip6[0];
		remote[1] = ctx->user_ip6[1];
		remote[2] = ctx->user_ip6[2];
		remote[3] = ctx->user_ip6[3];
	}
	return ALLOW;
}

SEC("cgroup/connect4")
int socket_connect4(struct bpf_sock_addr *ctx)
{
	return addressed4(ctx, NETCTL_ORIGIN_CONNECT);
}

SEC("cgroup/connect6")
int socket_connect6(struct bpf_sock_addr *ctx)
{
	return addressed6(ctx, NETCTL_ORIGIN_CONNECT);
}

SEC("cgroup/sendmsg4")
int socket_send4(struct bpf_sock_addr *ctx)
{
	return addressed4(ctx, NETCTL_ORIGIN_SEND);
}

SEC("cgroup/sendmsg6")
int socket_send6(struct bpf_sock_addr *ctx)
{
	return addressed6(ctx, NETCTL_ORIGIN_SEND);
}

char _license[] SEC("license") = "Dual BSD/GPL";
