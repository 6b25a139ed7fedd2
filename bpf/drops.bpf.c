// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kernel's own drops, by its tracepoint skb:kfree_skb. The reader holds the link itself,
 * unpinned.
 *
 * The tracepoint's arguments have grown: each form has a program, and the one that the kernel takes
 * is used.
 *
 */
#include "lib/dropped_frame.h"
#include <bpf/bpf_core_read.h>
#include "lib/drop_reason.h"
#include "lib/kernel_types.h"
#include "lib/offer.h"
#include "lib/own_drop.h"
#include "lib/parse.h"
#include "lib/report_packet.h"

enum {
	REASONS_MAX = 256,
	/* Between a program's drop of a frame and the kernel's of the skb that was made of it. */
	FRAME_DROP_FRESH = 1000000, /* ns */
	/* The same of an skb: its process may be interrupted, and the skb's memory is used again. */
	PACKET_DROP_FRESH = 1000000000,
	NETNS_FIRST = 0xf0000000u, /* PROC_DYNAMIC_FIRST: inodes of namespaces are above */
};

const volatile __u32 reader_number = 0;
/* Reasons that are not shown, bits by the kernel's number. */
const volatile __u64 hidden_reasons[REASONS_MAX / 64] = {};
/* With which a frame is dropped that an XDP program has refused; 0: no reason of its own. */
const volatile __u32 xdp_reason = 0;

/* Whether one of our programs has dropped this packet: it has said so itself.
 *
 */
static __always_inline bool is_ours(struct sk_buff *skb, __u32 reason)
{
	struct netctl_own_drop *last = bpf_map_lookup_elem(&event_own_drop, &(__u32){ 0 });
	__u32 own = 1u << (reader_number & 31);

	if (!last || !(last->readers & own))
		return false;
	if (bpf_ktime_get_boot_ns() - last->time >
	    (last->packet ? PACKET_DROP_FRESH : FRAME_DROP_FRESH))
		return false;
	if (last->packet ? last->packet != (__u64)skb : reason != xdp_reason && reason != no_reason)
		return false;
	last->readers &= ~own;
	return true;
}

/* The network namespace of a device; 0 when the pointer is something else: a queue may use its
 * place.
 */
static __always_inline __u32 netns_of(struct net_device *dev)
{
	__u32 inode = dev ? dev->nd_net.net->ns.inum : 0;

	return inode >= NETNS_FIRST ? inode : 0;
}

/* Names the sender or the receiver, whichever of them the socket is. */
static __always_inline void name_socket(struct netctl_event *event, struct sock *sk, bool receives)
{
	__u8 how = receives ? NETCTL_HOW_RECEIVER : NETCTL_HOW_SKB;
	struct sock_common *common = &sk->__sk_common;
	__u16 port = common->skc_num;
	__u64 cookie;

	/* The receiver may be known before the packet gets to it: by early demultiplexing. With one
	 * port at both ends the address tells; what it does not tell stays unknown.
	 */
	if (!receives && event->flags & NETCTL_EVENT_L4 && event->sport) {
		__u32 address = common->skc_rcv_saddr;

		receives = port == event->dport;
		if (receives && port == event->sport) {
			if (event->family != 4 || !address)
				return;
			receives = !__builtin_memcmp(event->dst, &address, sizeof(address));
		}
	}
	cookie = common->skc_cookie.counter;
	if (common->skc_state == TCP_NEW_SYN_RECV) {
		cookie = BPF_CORE_READ(common, skc_listener, __sk_common.skc_cookie.counter);
		how = NETCTL_HOW_LISTENER;
	}
	if (!event->netns)
		event->netns = common->skc_net.net->ns.inum;
	if (!cookie)
		return;
	if (receives) {
		event->dst_cookie = cookie;
		event->dst_how = how;
	} else {
		event->src_cookie = cookie;
		event->src_how = how;
	}
}

static __always_inline int dropped(struct sk_buff *skb, __u64 location, __u32 reason,
				   struct sock *receiver)
{
	struct packet packet = {};
	struct dropped frame = {};
	struct draft *draft;
	__u32 guard = watched();
	struct sock *own;
	long before;

	if (!(guard & 1u << (reader_number & 31)))
		return 0;
	/* Also of a drop that is hidden: what is remembered of it would fit another packet. */
	if (is_ours(skb, reason))
		return 0;
	reason = full_reason(reason, location);
	if (reason < REASONS_MAX && hidden_reasons[reason / 64] & 1ULL << reason % 64)
		return 0;
	draft = take_draft();
	if (!draft) {
		lose(1u << (reader_number & 31), NETCTL_HOOK_KERNEL);
		return 0;
	}
	draft->event.time = bpf_ktime_get_boot_ns();
	draft->event.hook = NETCTL_HOOK_KERNEL;
	draft->event.verdict = NETCTL_VERDICT_DROP;
	draft->event.reason = reason;
	draft->event.location = location;
	frame.data = (__u64)skb->head + skb->network_header;
	frame.type = skb->protocol;
	before =
		(long)skb->data - (long)frame.data; /* taken off already; under 0: not put on yet */
	frame.linear = skb->len - skb->data_len + before;
	frame.length = skb->len + before;
	if (skb->network_header && (__s32)frame.linear > 0)
		parse(&frame, &packet);
	describe(&draft->event, &packet);
	/* Before what the kernel's structures tell: with the packet out of use, the verifier looks at
	 * the rest once and not for every way through the headers, which would take half a second.
	 */
	if (guard & NETCTL_GUARD_CAPTURE)
		capture(&frame, draft, &packet);
	if (!receiver)
		draft->event.netns = netns_of(skb->dev);
	draft->event.interface = draft->event.netns ? skb->dev->ifindex : skb->skb_iif;
	own = skb->sk;
	if (receiver)
		name_socket(&draft->event, receiver, true);
	else if (own)
		name_socket(&draft->event, own, false);
	offer(draft, reader_number, true);
	give_back(draft);
	return 0;
}

/* Linux 6.11 on. */
SEC("tp_btf/kfree_skb")
int kernel_drop_rx(__u64 *ctx)
{
	return dropped((struct sk_buff *)ctx[0], ctx[1], ctx[2], (struct sock *)ctx[3]);
}

/* Linux 5.17 on. */
SEC("tp_btf/kfree_skb")
int kernel_drop(__u64 *ctx)
{
	return dropped((struct sk_buff *)ctx[0], ctx[1], ctx[2], NULL);
}

/* Without reasons. */
SEC("tp_btf/kfree_skb")
int kernel_drop_plain(__u64 *ctx)
{
	return dropped((struct sk_buff *)ctx[0], ctx[1], 0, NULL);
}

char _license[] SEC("license") = "Dual BSD/GPL";
