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

/* How many bits of a word a global function follows in one call. The verifier walks through each step of a
 * loop by itself, whenever a body is loaded; nearly all packets need a few steps, and for the others the
 * function is called again.
 */
enum {
	BITS_AT_ONCE = 8,
	CALLS_MAX = 64 / BITS_AT_ONCE,
};

/* A value of which the verifier knows nothing any more. Ways to one place that differ in a constant alone
 * are one way then, and what is behind is verified once. `unknown` is anything that it does not know.
 */
static __always_inline __u32 forget(__u32 value, __u32 unknown)
{
	asm volatile("%0 ^= %1\n"
		     "%0 ^= %1"
		     : "+r"(value)
		     : "r"(unknown));
	return value;
}

/* A word whose upper bits are set, so many of them, 64 at most. Without a branch: in a loop, each would
 * double the ways that the verifier follows.
 */
static __always_inline __u64 upper_bits(__u64 count)
{
	__u64 any = (__u64)((__s64)-count >> 63);

	asm volatile("" : "+r"(any));
	return ~0ULL << (-count & 63) & any;
}

/* The smaller of a number below 2^63 and a limit, without a branch. */
static __always_inline __u64 at_most(__u64 number, __u64 limit)
{
	__u64 above = number - limit;
	__u64 below = (__u64)((__s64)above >> 63);

	asm volatile("" : "+r"(below));
	return limit + (above & below);
}

#endif
