/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses as numbers. */
#ifndef NETCTL_ADDRESS_H
#define NETCTL_ADDRESS_H

#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* The first four bytes of an address that is aligned to 8: one of IPv4. */
static __always_inline __u32 first_word(const __u8 *address)
{
	return bpf_ntohl(*(const __be32 *)address);
}

/* A half of an IPv6 address that is aligned to 8. */
static __always_inline __u64 half(const __u8 *address, __u32 index)
{
	return bpf_be64_to_cpu(((const __be64 *)address)[index]);
}

#endif
