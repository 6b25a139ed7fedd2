/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a hook knows of a packet before its first byte is read. */
#ifndef NETCTL_LINK_LAYER_H
#define NETCTL_LINK_LAYER_H

#include <linux/types.h>
#include <stdbool.h>

struct link_layer {
	bool ethernet; /* the first byte is an Ethernet header's; otherwise L3's */
	bool tagged; /* a VLAN tag was taken out of the frame and is kept beside it */
	__u16 vlan; /* its identifier */
	__be16 type; /* of L3, where there is no Ethernet header */
	__u32 mark; /* of the skb */
	__u8 hidden; /* bytes of an Ethernet header in front of the first byte, out of reach */
};

#endif
