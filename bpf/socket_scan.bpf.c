// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sockets that are older than whoever listens: each task's descriptors are walked once. */
#include "lib/socket_record.h"

/* Off: the sockets are told to who reads the iterator, and nothing is kept. */
const volatile bool keeps = true;

SEC("iter/task_file")
int socket_scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct netctl_socket record = {};
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	if (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6)
		return 0;
	record.cookie = bpf_get_socket_cookie(sk);
	record.created = bpf_ktime_get_boot_ns();
	record.type = sk->sk_type;
	record.protocol = sk->sk_protocol;
	if (record.protocol == 6)
		record.state = sk->__sk_common.skc_state;
	set_owner(&record, task, NETCTL_ORIGIN_SCAN);
	set_addresses(&record, &sk->__sk_common);
	if (keeps)
		keep(&record);
	if (keeps && record.state == TCP_LISTEN) {
		__u64 *listener =
			bpf_sk_storage_get(&socket_inherit, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

		if (listener)
			*listener = record.cookie;
	}
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
