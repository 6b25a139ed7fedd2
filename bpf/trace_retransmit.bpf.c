// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP segments that are sent again. Timers and received packets make the kernel do that: the process
 * that runs has nothing to do with it.
 */
#include "lib/trace_socket.h"

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(trace_resend, struct sock *sk)
{
	tell_of(&sk->__sk_common, NETCTL_TRACE_RETRANSMIT, sk->__sk_common.skc_cookie.counter,
		NETCTL_HOW_NONE);
	return 0;
}

/* The second step of a handshake: there is no socket for it yet but the listener. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(trace_synack, struct sock *sk, struct request_sock *request)
{
	tell_of(&request->__req_common, NETCTL_TRACE_RETRANSMIT, sk->__sk_common.skc_cookie.counter,
		NETCTL_HOW_LISTENER);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
