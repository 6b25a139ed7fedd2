// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP segments that are sent again. Timers and received packets make the kernel do that: the process
 * that runs has nothing to do with it.
 */
#include "lib/trace_socket.h"

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(trace_resend, struct sock *sk)
{
	struct netctl_trace_socket *event = begin_event(NETCTL_TRACE_RETRANSMIT);

	if (!event)
		return 0;
	describe_socket(event, &sk->__sk_common);
	find_owner(event, sk->__sk_common.skc_cookie.counter, NETCTL_HOW_NONE);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* The second step of a handshake: there is no socket for it yet but the listener. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(trace_synack, struct sock *sk, struct request_sock *request)
{
	struct netctl_trace_socket *event = begin_event(NETCTL_TRACE_RETRANSMIT);

	if (!event)
		return 0;
	describe_socket(event, &request->__req_common);
	find_owner(event, sk->__sk_common.skc_cookie.counter, NETCTL_HOW_LISTENER);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
