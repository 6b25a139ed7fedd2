/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The verdict REDIRECT on the XDP hook. */
#ifndef NETCTL_XDP_REDIRECT_H
#define NETCTL_XDP_REDIRECT_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

/* From a rule to the interface that it redirects to.
 *
 * key     the rule's number; only rules that redirect have an entry
 * value   interface index, in the attachment's network namespace
 * writes  the control plane, before the body is in force; the kernel, which empties an entry when
 *         its interface goes
 * size    max_entries is set before the load, to the number of rules
 * since   Linux 4.14
 */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} redirect_to SEC(".maps");

/* Has the kernel send the frame to the rule's interface; false when that one is gone. What its
 * driver then cannot send is dropped there, unseen from here (tracepoint xdp:xdp_redirect_err).
 */
static __always_inline bool redirect(__u32 rule)
{
	return bpf_redirect_map(&redirect_to, rule, XDP_ABORTED) == XDP_REDIRECT;
}

#endif
