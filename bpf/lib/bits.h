/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sets of bits. */
#ifndef NETCTL_BITS_H
#define NETCTL_BITS_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/* The number of the lowest bit that is set; of a word with any. */
static __always_inline __u32 lowest_bit(__u64 word)
{
	__u32 bit = __builtin_ctzll(word);

	/* clang knows that it is below 64 and drops the mask; the verifier does not. */
	asm volatile("" : "+r"(bit));
	return bit & 63;
}

/* A word whose upper bits are set, so many of them. */
static __always_inline __u64 upper_bits(__u32 count)
{
	if (count >= 64)
		return ~0ULL;
	return count ? ~0ULL << (64 - count) : 0;
}

#endif
