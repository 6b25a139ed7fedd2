/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why the kernel dropped a packet, also where it does not say so itself. */
#ifndef NETCTL_DROP_REASON_H
#define NETCTL_DROP_REASON_H

#include <linux/types.h>

/* Where IPv6 gives up a packet for want of a neighbour, and IPv4's reason for the same; 0: not known. */
const volatile __u64 ndisc_error = 0;
const volatile __u32 neighbour_reason = 0;
/* The kernel's number for no reason. */
const volatile __u32 no_reason = 0;

enum {
	NDISC_ERROR_BYTES = 256, /* the function is shorter */
};

static __always_inline __u32 full_reason(__u32 reason, __u64 location)
{
	if (reason == no_reason && ndisc_error && neighbour_reason && location > ndisc_error &&
	    location < ndisc_error + NDISC_ERROR_BYTES)
		return neighbour_reason;
	return reason;
}

#endif
