/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a process is written into the record of a socket. */
#ifndef NETCTL_SOCKET_OWNER_H
#define NETCTL_SOCKET_OWNER_H

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/kernel_types.h"

/* Writes the name of a process, not of its thread. */
static __always_inline void set_name(struct netctl_socket *record, struct task_struct *task)
{
	bpf_core_read_str(record->comm, sizeof(record->comm), &task->group_leader->comm);
}

/* Writes a process into a record. */
static __always_inline void set_owner(struct netctl_socket *record, struct task_struct *task,
				      enum netctl_origin origin)
{
	struct task_struct *leader = task->group_leader;

	record->tgid = task->tgid;
	record->tid = task->pid;
	record->uid = BPF_CORE_READ(task, cred, uid.val);
	record->gid = BPF_CORE_READ(task, cred, gid.val);
	record->task_start = leader->start_boottime;
	record->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	set_name(record, task);
	record->origin = origin;
}

#endif
