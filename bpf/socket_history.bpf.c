// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What happened to sockets, for `netctl why`: resets, retransmissions, and what the kernel dropped, by
 * flow and reason. Runs while `netctl context` is on.
 */
#include "lib/drop_reason.h"
#include "lib/socket_record.h"
#include "lib/tracing.h"

/* The drops, each kind once.
 *
 * key     struct netctl_drop_key
 * value   struct netctl_drop
 * writes  socket_drop
 * reads   `netctl why`
 * full    the kind used least recently goes
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NETCTL_DROPS);
	__type(key, struct netctl_drop_key);
	__type(value, struct netctl_drop);
} drop_history SEC(".maps");

/* The numbers of reasons differ between kernels. */
enum skb_drop_reason {
	SKB_DROP_REASON_NOT_SPECIFIED = 1,
	SKB_DROP_REASON_QUEUE_PURGE = 2,
};

/* Whether a reason tells of a drop at all: what was consumed, and queues that go with their socket, are
 * no loss.
 */
static __always_inline bool is_drop(__u32 reason)
{
	if (reason < 2)
		return false;
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_NOT_SPECIFIED) &&
	    reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_NOT_SPECIFIED))
		return false;
	return !bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_QUEUE_PURGE) ||
	       reason != bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_QUEUE_PURGE);
}

/* The headers' beginnings, as they lie in memory. */
struct ipv4_start {
	__u8 version_and_length;
	__u8 unused[8];
	__u8 protocol;
	__u8 checksum[2];
	__u8 src[4];
	__u8 dst[4];
};

struct ipv6_start {
	__u8 version;
	__u8 unused[5];
	__u8 next;
	__u8 hops;
	__u8 src[16];
	__u8 dst[16];
};

/* Reads addresses and ports; false of what is not IP. */
static __always_inline bool read_flow(const struct sk_buff *skb, struct netctl_drop_key *key)
{
	const void *l3 = (const void *)skb->head + skb->network_header;
	struct ipv4_start ipv4;
	struct ipv6_start ipv6;
	__be16 ports[2];
	__u32 length;

	if (bpf_probe_read_kernel(&ipv4, sizeof(ipv4), l3))
		return false;
	switch (ipv4.version_and_length >> 4) {
	case 4:
		key->family = AF_INET;
		key->protocol = ipv4.protocol;
		__builtin_memcpy(key->src, ipv4.src, 4);
		__builtin_memcpy(key->dst, ipv4.dst, 4);
		length = (ipv4.version_and_length & 15) * 4;
		break;
	case 6:
		if (bpf_probe_read_kernel(&ipv6, sizeof(ipv6), l3))
			return false;
		key->family = AF_INET6;
		key->protocol = ipv6.next;
		__builtin_memcpy(key->src, ipv6.src, 16);
		__builtin_memcpy(key->dst, ipv6.dst, 16);
		length = sizeof(ipv6);
		break;
	default:
		return false;
	}
	if ((key->protocol == 6 || key->protocol == 17) &&
	    !bpf_probe_read_kernel(ports, sizeof(ports), l3 + length)) {
		key->sport = bpf_ntohs(ports[0]);
		key->dport = bpf_ntohs(ports[1]);
	}
	return true;
}

/* The cookie of a socket that a packet carries; of a handshake, the listener's. */
static __always_inline __u64 cookie_of(struct sock *sk)
{
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_NEW_SYN_RECV)
		return BPF_CORE_READ(sk, __sk_common.skc_listener, __sk_common.skc_cookie.counter);
	return BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
}

static __always_inline void remember(const struct sk_buff *skb, void *location, __u32 reason,
				     struct sock *receiver)
{
	struct sock *sk = receiver ? receiver : skb->sk;
	const struct net_device *device = skb->dev;
	struct netctl_drop_key key = { .reason = reason };
	__u64 now = bpf_ktime_get_boot_ns();
	struct netctl_drop *known;
	struct netctl_drop new = {
		.first = now,
		.last = now,
		.count = 1,
		.location = (__u64)location,
		.received = receiver != NULL,
	};

	if (!read_flow(skb, &key))
		return;
	if (device) {
		key.netns = BPF_CORE_READ(device, nd_net.net, ns.inum);
		new.interface = device->ifindex;
	} else if (sk) {
		key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	}
	if (sk)
		new.cookie = cookie_of(sk);
	known = bpf_map_lookup_elem(&drop_history, &key);
	if (!known) {
		bpf_map_update_elem(&drop_history, &key, &new, BPF_ANY);
		return;
	}
	__sync_fetch_and_add(&known->count, 1);
	known->last = now;
	known->location = new.location;
	if (new.cookie) {
		known->cookie = new.cookie;
		known->received = new.received;
	}
}

/* Names the receiver since Linux 6.11. On older kernels the verifier refuses the program, there being no
 * fourth argument.
 */
SEC("tp_btf/kfree_skb")
int BPF_PROG(socket_drop, struct sk_buff *skb, void *location, int reason, struct sock *receiver)
{
	__u32 why = full_reason(reason, (__u64)location);

	if (is_drop(why))
		remember(skb, location, why, receiver);
	return 0;
}

/* Since Linux 5.17; before, there are no reasons. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(socket_drop3, struct sk_buff *skb, void *location, int reason)
{
	__u32 why = full_reason(reason, (__u64)location);

	if (is_drop(why))
		remember(skb, location, why, NULL);
	return 0;
}

static __always_inline struct netctl_socket *record_of(struct sock *sk)
{
	__u64 cookie = cookie_of(sk);

	return bpf_map_lookup_elem(&socket_context, &cookie);
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(socket_resent, struct sock *sk)
{
	struct netctl_socket *record = record_of(sk);

	if (record)
		__sync_fetch_and_add(&record->retransmits, 1);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(socket_reset, struct sock *sk)
{
	struct netctl_socket *record = record_of(sk);

	if (record)
		record->flags |= NETCTL_SOCKET_RESET_RECEIVED;
	return 0;
}

/* Also for packets that no socket wants: those have none. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(socket_resets, struct sock *sk)
{
	struct netctl_socket *record = sk ? record_of(sk) : NULL;

	if (record)
		record->flags |= NETCTL_SOCKET_RESET_SENT;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
