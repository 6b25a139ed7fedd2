/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cookie of a socket that a program was handed or has looked up. */
#ifndef NETCTL_SOCKET_COOKIE_H
#define NETCTL_SOCKET_COOKIE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "lib/readers.h"

/* The cookie that a socket has got, 0 if none yet. The helper takes only sockets of the context;
 * the address is read from where the compiler keeps it, for the verifier forbids arithmetic on it.
 *
 */
static __always_inline __u64 cookie_of(struct bpf_sock *socket)
{
	struct bpf_sock *volatile kept = socket;
	struct netctl_guard *guard = guard_element();
	__u64 address = 0, cookie = 0;

	if (!guard || !guard->cookie_offset)
		return 0;
	bpf_probe_read_kernel(&address, sizeof(address), (void *)&kept);
	bpf_probe_read_kernel(&cookie, sizeof(cookie),
			      (void *)(long)(address + guard->cookie_offset));
	return cookie;
}

#endif
