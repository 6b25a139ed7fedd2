// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The life of TCP connections: those that this host asks for, those that it is asked for, and each
 * change of state. All three hang on the one tracepoint that every change goes by.
 */
#include "lib/trace_socket.h"
#include "lib/socket_owner.h"

/* What was asked for. */
const volatile bool connects = false;
const volatile bool accepts = false;
const volatile bool states = false;
/* Of the changes of state only those that end a connection. */
const volatile bool only_ends = false;

/* A connection that was asked for and has not come about yet. */
struct pending {
	__u64 since;
	struct netctl_socket owner; /* who asked */
};

/* Connections that come about.
 *
 * key     cookie of the socket
 * value   struct pending
 * writes  trace_state, when a process asks and when it is decided
 * full    counted as a lost event, and not told when it is decided
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NETCTL_TRACE_PENDING);
	__type(key, __u64);
	__type(value, struct pending);
} trace_pending SEC(".maps");

/* Since when a socket is in its state.
 *
 * key     cookie of the socket
 * value   ns of the boot clock: of this state, and of ESTABLISHED or 0
 * writes  trace_state
 * full    the one used least recently goes; its next duration is not known
 */
struct since {
	__u64 state;
	__u64 established;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4 * NETCTL_TRACE_PENDING);
	__type(key, __u64);
	__type(value, struct since);
} trace_since SEC(".maps");

/* The kernel is in connect(2) of the process that runs. */
static __always_inline void ask(struct sock *sk, __u64 cookie)
{
	struct pending pending = { .since = bpf_ktime_get_boot_ns() };

	pending.owner.cookie = cookie;
	set_owner(&pending.owner, bpf_get_current_task_btf(), NETCTL_ORIGIN_CONNECT);
	if (bpf_map_update_elem(&trace_pending, &cookie, &pending, BPF_ANY))
		count_lost();
}

/* A connection is there, or will never be. */
static __always_inline void decide(struct sock *sk, __u64 cookie, int old, int state)
{
	struct pending *pending = bpf_map_lookup_elem(&trace_pending, &cookie);
	struct netctl_trace_socket *event;

	if (pending && connects) {
		event = begin_event(NETCTL_TRACE_CONNECT);
		if (event) {
			describe_socket(event, &sk->__sk_common);
			find_port(event, sk);
			event->cookie = cookie;
			event->state = state;
			event->duration = event->time - pending->since;
			event->error = state == TCP_CLOSE ? sk->sk_err : 0;
			event->owner = pending->owner;
			event->how = NETCTL_HOW_TASK;
			tell(event);
		}
	}
	if (pending) {
		bpf_map_delete_elem(&trace_pending, &cookie);
		return;
	}
	if (!accepts || state != TCP_ESTABLISHED || old != TCP_SYN_RECV)
		return;
	event = begin_event(NETCTL_TRACE_ACCEPT);
	if (!event)
		return;
	describe_socket(event, &sk->__sk_common);
	event->state = state;
	find_owner(event, cookie, NETCTL_HOW_NONE);
	tell(event);
}

/* A connection's first state, of which the kernel has filled in nothing yet. */
static __always_inline void begin(struct sock *sk, __u64 listener, int old, int state)
{
	struct netctl_trace_socket *event = begin_event(NETCTL_TRACE_STATE);

	if (!event)
		return;
	describe_socket(event, &sk->__sk_common);
	event->old_state = old;
	event->state = state;
	find_owner(event, listener, NETCTL_HOW_LISTENER);
	event->cookie = 0;
	tell(event);
}

static __always_inline void change(struct sock *sk, __u64 cookie, int old, int state)
{
	struct since *before = bpf_map_lookup_elem(&trace_since, &cookie);
	struct since now = { .state = bpf_ktime_get_boot_ns() };
	struct netctl_trace_socket *event = NULL;

	if (only_ends && state != TCP_CLOSE)
		count_filtered();
	else
		event = begin_event(NETCTL_TRACE_STATE);
	if (event) {
		describe_socket(event, &sk->__sk_common);
		find_port(event, sk);
		event->old_state = old;
		event->state = state;
		if (before)
			event->duration = event->time - before->state;
		if (state == TCP_CLOSE) {
			struct tcp_sock *tcp = (struct tcp_sock *)sk;

			event->bytes_sent =
				BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
			event->bytes_received = BPF_CORE_READ(tcp, bytes_received);
			if (before && before->established)
				event->lifetime = event->time - before->established;
		}
		find_owner(event, cookie, NETCTL_HOW_NONE);
		tell(event);
	}
	if (state == TCP_CLOSE) {
		bpf_map_delete_elem(&trace_since, &cookie);
		return;
	}
	if (state == TCP_ESTABLISHED)
		now.established = now.state;
	else if (before)
		now.established = before->established;
	bpf_map_update_elem(&trace_since, &cookie, &now, BPF_ANY);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(trace_state, struct sock *sk, int old, int state)
{
	__u64 cookie;

	/* The kernel tells of no change, too: of a socket that is closed while it waits to send its FIN. */
	if (sk->sk_protocol != 6 || old == state)
		return 0;
	if (!may_be_meant(&sk->__sk_common)) {
		count_filtered();
		return 0;
	}
	cookie = bpf_get_socket_cookie(sk);
	if (is_unborn(sk, old, state)) {
		if (states && only_ends)
			count_filtered();
		else if (states)
			begin(sk, cookie, old, state);
		return 0;
	}
	if (connects && state == TCP_SYN_SENT)
		ask(sk, cookie);
	if ((connects || accepts) && (state == TCP_ESTABLISHED || state == TCP_CLOSE))
		decide(sk, cookie, old, state);
	if (states)
		change(sk, cookie, old, state);
	return 0;
}

/* So that the object tells the types of its records. */
struct netctl_trace_socket *socket_record __attribute__((unused));

char _license[] SEC("license") = "Dual BSD/GPL";
