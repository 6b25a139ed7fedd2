/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The link layer on the TC hooks, and the verdict REDIRECT there. */
#ifndef NETCTL_TC_LINK_H
#define NETCTL_TC_LINK_H

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include "lib/link_layer.h"
#include "lib/skb_frame.h"

/* Whether the device's frames begin with an Ethernet header; those of tun and wireguard do not. */
const volatile bool ethernet = true;

/* Whether packets come in here: only on their way in can the Ethernet header be missing. */
const volatile bool received = false;

/* True when a received packet begins with L3 although the device has Ethernet headers: a kernel that
 * copies a packet for generic XDP (seen on 6.18) forgets the length of the header, by which
 * sch_handle_ingress() and cls_bpf go back to it (skb->mac_len). Asked is where L3 begins and not
 * what is there, which a sender chooses: counted from the network header, the last linear byte is
 * within the linear part if and only if that is where the packet begins.
 */
static __always_inline bool lost_ethernet(hook_ctx *ctx)
{
	__u64 linear = (long)ctx->data_end - (long)ctx->data;
	__u8 last;

	/* The verifier allows the subtraction in 64 bits alone, to which the compiler is held. */
	asm volatile("" : "+r"(linear));
	return linear && !bpf_skb_load_bytes_relative(ctx, linear - 1, &last, sizeof(last),
						      BPF_HDR_START_NET);
}

static __always_inline struct link_layer link_layer(hook_ctx *ctx)
{
	bool lost = ethernet && received && lost_ethernet(ctx);

	return (struct link_layer){
		.ethernet = ethernet && !lost,
		.hidden = lost ? ETH_HLEN : 0,
		.tagged = ctx->vlan_present,
		.vlan = ctx->vlan_tci,
		.type = ctx->protocol,
		.mark = ctx->mark,
	};
}

/* From a rule to the interface that it redirects to.
 *
 * key     the rule's number
 * value   interface index, in the attachment's network namespace; 0: the rule does not redirect
 * writes  the control plane, before the body is in force
 * size    max_entries is set before the load, to the number of rules
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} redirect_to SEC(".maps");

/* Has the kernel send the packet to the rule's interface. When that one is gone the kernel drops the
 * packet behind the program (reason TC_INGRESS or TC_EGRESS), unseen from here.
 */
static __always_inline bool redirect(__u32 rule)
{
	__u32 *interface = bpf_map_lookup_elem(&redirect_to, &rule);

	return interface && *interface && bpf_redirect(*interface, 0) == TC_ACT_REDIRECT;
}

#endif
