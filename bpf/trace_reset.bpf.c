// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP resets, sent and received. The process that runs has nothing to do with it. */
#include "lib/trace_socket.h"

/* The packet that is answered with a reset: its destination is our end. */
static __always_inline void describe_answered(struct netctl_trace_socket *event,
					      struct sk_buff *skb)
{
	unsigned char *head = BPF_CORE_READ(skb, head);
	unsigned char *network = head + BPF_CORE_READ(skb, network_header);
	unsigned char *transport = head + BPF_CORE_READ(skb, transport_header);
	__be16 ports[2] = {};
	__u8 version = 0;

	bpf_probe_read_kernel(&version, sizeof(version), network);
	bpf_probe_read_kernel(ports, sizeof(ports), transport);
	event->remote_port = bpf_ntohs(ports[0]);
	event->local_port = bpf_ntohs(ports[1]);
	if (version >> 4 == 6) {
		event->family = AF_INET6;
		bpf_probe_read_kernel(event->remote, 16, network + 8);
		bpf_probe_read_kernel(event->local, 16, network + 24);
	} else {
		event->family = AF_INET;
		bpf_probe_read_kernel(event->remote, 4, network + 12);
		bpf_probe_read_kernel(event->local, 4, network + 16);
	}
}

/* The third argument of tcp_send_reset, where there is one: a program that looks further than the
 * kernel's arguments go is refused, unless the verifier sees that it never does.
 */
static __always_inline __u32 reset_reason(unsigned long long *ctx)
{
	if (!bpf_core_type_exists(enum sk_rst_reason))
		return 0;
	return (__u32)ctx[2];
}

/* The socket may be none, a TIME_WAIT one or a handshake's, and the packet none: what is read of them is
 * read as memory.
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(trace_reset_sent, struct sock *sk, struct sk_buff *skb)
{
	struct netctl_trace_socket *event = begin_event(NETCTL_TRACE_RESET_SENT);
	const struct sock_common *common = NULL;
	struct common_copy copy;

	if (!event)
		return 0;
	if (sk)
		common = copy_common(&copy, sk);
	if (common) {
		struct found_socket found = socket_behind(common, NETCTL_HOW_NONE);

		describe_socket(event, common);
		/* Of a closed socket; the others have no such member. */
		if (common->skc_state == TCP_CLOSE)
			find_port(event, sk);
		find_owner(event, found.cookie, found.how);
	}
	if (skb) {
		describe_answered(event, skb);
		if (!event->netns)
			event->netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	}
	event->reason = reset_reason(ctx);
	tell(event);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(trace_reset_received, struct sock *sk)
{
	tell_of(&sk->__sk_common, NETCTL_TRACE_RESET_RECEIVED, sk->__sk_common.skc_cookie.counter,
		NETCTL_HOW_NONE);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
