// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who accepts connections, where the kernel lets programs on the ends of its functions: of a server with
 * workers, the worker. Elsewhere connections stay with the owner of the listener.
 */
#include "lib/socket_record.h"
#include "lib/tracing.h"

static __always_inline void accepted(struct sock *sk)
{
	struct netctl_socket *record;
	__u64 cookie;

	if (!sk)
		return;
	cookie = bpf_get_socket_cookie(sk);
	record = bpf_map_lookup_elem(&socket_context, &cookie);
	if (record)
		set_owner(record, bpf_get_current_task_btf(), NETCTL_ORIGIN_ACCEPT);
}

/* Since Linux 6.10. On older kernels `sk` is no socket, and the verifier refuses the program. */
SEC("fexit/inet_csk_accept")
int BPF_PROG(socket_accept, struct sock *listener, void *argument, struct sock *sk)
{
	accepted(sk);
	return 0;
}

/* Before Linux 6.10. */
SEC("fexit/inet_csk_accept")
int BPF_PROG(socket_accept4, struct sock *listener, int flags, int *error, bool kernel,
	     struct sock *sk)
{
	accepted(sk);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
