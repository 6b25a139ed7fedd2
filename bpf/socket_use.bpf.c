// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who really uses sockets: `netctl context on --track-users`. Each call that sends or receives is seen,
 * which costs it; needs Linux 6.3.
 */
#include "lib/socket_record.h"
#include "lib/tracing.h"

static __always_inline void uses(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cookie = bpf_get_socket_cookie(sk);
	struct netctl_socket *record = bpf_map_lookup_elem(&socket_context, &cookie);

	if (record && record->tgid != (__u32)task->tgid)
		set_owner(record, task, NETCTL_ORIGIN_USE);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(socket_sends, struct sock *sk)
{
	uses(sk);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(socket_receives, struct sock *sk)
{
	uses(sk);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
