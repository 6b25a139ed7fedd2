/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The current process, where it is the one that an event is about. */
#ifndef NETCTL_TASK_H
#define NETCTL_TASK_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/readers.h"

/* By address, for device programs may ask the helpers only since Linux 6.10. */
static __always_inline void name_task(struct netctl_event *event)
{
	__u64 task = bpf_get_current_task(), cred = 0;
	struct netctl_guard *guard = guard_element();

	if (!guard || !guard->task_tgid_offset || !guard->task_comm_offset ||
	    !guard->task_cred_offset || !guard->cred_uid_offset)
		return;
	bpf_probe_read_kernel(&event->pid, sizeof(event->pid),
			      (void *)(long)(task + guard->task_tgid_offset));
	bpf_probe_read_kernel(event->comm, sizeof(event->comm),
			      (void *)(long)(task + guard->task_comm_offset));
	bpf_probe_read_kernel(&cred, sizeof(cred), (void *)(long)(task + guard->task_cred_offset));
	bpf_probe_read_kernel(&event->uid, sizeof(event->uid),
			      (void *)(long)(cred + guard->cred_uid_offset));
	event->src_how = NETCTL_HOW_TASK;
}

#endif
