// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Notices that a reader of events has ended, however it was killed: nothing is made for it any
 * more. The reader holds the link itself, unpinned.
 *
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "lib/readers.h"

/* Which reader. */
const volatile __u32 reader_number = 0;

/* The caller's process as the kernel numbers it, whatever namespace it lives in; run once. */
SEC("raw_tp/sched_process_exit")
int reader_process(void *ctx __attribute__((unused)))
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* Runs in whatever process or thread ends, while it still has its descriptors.
 *
 */
SEC("raw_tp/sched_process_exit")
int reader_exit(void *ctx __attribute__((unused)))
{
	__u64 ids = bpf_get_current_pid_tgid();
	__u32 number = reader_number;
	struct netctl_reader *reader = bpf_map_lookup_elem(&event_readers, &number);

	/* Threads come and go; a process ends with its first one, or that one with it. */
	if (!reader || ids >> 32 != (__u32)ids || ids >> 32 != reader->owner)
		return 0;
	reader->active = 0;
	forget_reader(number);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
