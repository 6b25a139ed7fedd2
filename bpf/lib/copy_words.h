/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copying bytes of a packet in words of eight. */
#ifndef NETCTL_COPY_WORDS_H
#define NETCTL_COPY_WORDS_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/* Copies `size` bytes, a constant. What is said of the alignment is not true of packets: clang would
 * otherwise load byte by byte and put words together, four instructions a byte. The verifier lets it
 * pass where the kernel is built with HAVE_EFFICIENT_UNALIGNED_ACCESS, as for x86-64 and arm64.
 */
static __always_inline void copy_words(void *to, const void *from, __u32 size)
{
	__builtin_memcpy(to, __builtin_assume_aligned(from, 8), size);
}

#endif
