/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Stub and bodies: what every hook has, whatever it judges. */
#ifndef NETCTL_BODIES_H
#define NETCTL_BODIES_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>

/* The bodies of one attachment, by enum netctl_body. The stub calls the active one, or the one that
 * judges without a policy; what replaces it for a time (a pause) can call the one behind it.
 *
 * writes  the control plane, one element at a time: a packet meets the old body or the new one
 * since   Linux 4.2; programs share type and frags flag
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, NETCTL_BODY_MAX);
	__type(key, __u32);
	__type(value, __u32);
} bodies SEC(".maps");

/* A pause ends by itself at this time, ns since boot; 0: when the operator resumes. */
const volatile __u64 paused_until = 0;

/* True while a pause lasts. */
static __always_inline bool is_paused(void)
{
	return !paused_until || bpf_ktime_get_boot_ns() < paused_until;
}

/* An apply that is not confirmed by this time, ns since boot, reverts by itself. */
const volatile __u64 confirm_until = 0;

/* The entry of `bodies` that is in force while an apply awaits its confirmation, and past its time. */
static __always_inline enum netctl_body awaited_body(void)
{
	return bpf_ktime_get_boot_ns() < confirm_until ? NETCTL_BODY_CANDIDATE
						       : NETCTL_BODY_PREVIOUS;
}

#endif
