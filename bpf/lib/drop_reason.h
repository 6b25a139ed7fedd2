/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why the kernel dropped a packet, also where it does not say so itself. */
#ifndef NETCTL_DROP_REASON_H
#define NETCTL_DROP_REASON_H

#include <linux/types.h>

/* Where the kernel gives up packets for want of a neighbour, from and to, and its reason for that, which
 * IPv6 does not give; 0: not known.
 */
const volatile __u64 neighbour_code[4] = {};
const volatile __u32 neighbour_reason = 0;
/* The kernel's number for no reason. */
const volatile __u32 no_reason = 0;

static __always_inline __u32 full_reason(__u32 reason, __u64 location)
{
	if (!neighbour_reason || reason != no_reason)
		return reason;
	if ((location >= neighbour_code[0] && location < neighbour_code[1]) ||
	    (location >= neighbour_code[2] && location < neighbour_code[3]))
		return neighbour_reason;
	return reason;
}

#endif
