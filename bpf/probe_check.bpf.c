// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program for each kind of hook that netctl could watch, to be loaded and attached in turn, each for
 * itself, by `netctl probe check`. None of them does anything.
 */
#include "lib/tracing.h"

#define NOTHING(section, name)                                                                     \
	SEC(section)                                                                               \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		return 0;                                                                          \
	}

/* On a cgroup's hook, 1 allows. */
#define ALLOW(section, name)                                                                       \
	SEC(section)                                                                               \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		return 1;                                                                          \
	}

NOTHING("tp_btf/kfree_skb", kfree_skb)
NOTHING("tp_btf/inet_sock_set_state", set_state)
NOTHING("tp_btf/tcp_destroy_sock", destroy_sock)
NOTHING("tp_btf/tcp_retransmit_skb", retransmit)
NOTHING("tp_btf/tcp_retransmit_synack", synack)
NOTHING("tp_btf/tcp_send_reset", send_reset)
NOTHING("tp_btf/tcp_receive_reset", receive_reset)
NOTHING("tp_btf/sched_process_exec", process_exec)
NOTHING("tp_btf/sched_process_fork", process_fork)
NOTHING("tp_btf/sched_process_exit", process_exit)
NOTHING("tp_btf/sock_send_length", send_length)
NOTHING("raw_tp/kfree_skb", raw_kfree_skb)
NOTHING("tracepoint/skb/kfree_skb", event_kfree_skb)
NOTHING("kprobe/tcp_connect", function_entry)
NOTHING("kretprobe/inet_csk_accept", function_return)
NOTHING("fentry/tcp_connect", typed_entry)
NOTHING("fexit/inet_csk_accept", typed_exit)
NOTHING("uprobe", user_probe)
NOTHING("uretprobe", user_return)
NOTHING("iter/task_file", task_file)
NOTHING("lsm/socket_connect", security)
ALLOW("cgroup/sock_create", sock_create)
ALLOW("cgroup/sock_release", sock_release)
ALLOW("cgroup/post_bind4", post_bind4)
ALLOW("cgroup/post_bind6", post_bind6)
ALLOW("cgroup/connect4", connect4)
ALLOW("cgroup/connect6", connect6)
ALLOW("cgroup/sendmsg4", sendmsg4)
ALLOW("cgroup/sendmsg6", sendmsg6)
ALLOW("cgroup_skb/ingress", skb_ingress)
ALLOW("cgroup_skb/egress", skb_egress)
ALLOW("cgroup/dev", device)

char _license[] SEC("license") = "Dual BSD/GPL";
