// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that are run, and their ends; with them the forks that make a tree of it. A process is
 * described while it is in the kernel, so the shortest life is not too short.
 */
#include "lib/trace_events.h"

static __always_inline void describe(struct netctl_trace_process *event, enum netctl_trace kind,
				     struct task_struct *task)
{
	event->time = bpf_ktime_get_boot_ns();
	event->task_start = BPF_CORE_READ(task, group_leader, start_boottime);
	event->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	event->kind = kind;
	event->tgid = task->tgid;
	event->parent = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = BPF_CORE_READ(task, cred, uid.val);
	event->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	event->status = 0;
	event->arguments = 0;
	event->arguments_kept = 0;
	event->file[0] = '\0';
	bpf_core_read_str(event->comm, sizeof(event->comm), &task->group_leader->comm);
}

static __always_inline void describe_exec(struct netctl_trace_process *event,
					  struct task_struct *task, struct linux_binprm *program)
{
	describe(event, NETCTL_TRACE_EXEC, task);
	bpf_probe_read_kernel_str(event->file, sizeof(event->file),
				  BPF_CORE_READ(program, filename));
}

/* The arguments are on the stack that the kernel has just written, so they can be read. */
static __always_inline void read_arguments(struct netctl_trace_arguments *event,
					   struct task_struct *task)
{
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long end = BPF_CORE_READ(task, mm, arg_end);
	__u64 bytes = end > start ? end - start : 0;

	event->process.arguments = bytes;
	if (bytes > sizeof(event->arguments))
		bytes = sizeof(event->arguments);
	if (bytes && !bpf_probe_read_user(event->arguments, bytes, (void *)start))
		event->process.arguments_kept = bytes;
}

/* Whether what a process runs is asked for; its end is asked for by its number alone, for it may be
 * another user's by then.
 */
static __always_inline bool is_meant(struct task_struct *task)
{
	if (is_meant_process(task->tgid, BPF_CORE_READ(task, cred, uid.val)))
		return true;
	count_filtered();
	return false;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(trace_exec, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	struct netctl_trace_process *event;

	if (!is_meant(task))
		return 0;
	event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);
	if (!event) {
		count_lost();
		return 0;
	}
	count_sent();
	describe_exec(event, task, program);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* In place of trace_exec where arguments were asked for: they hold secrets. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(trace_arguments, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	struct netctl_trace_arguments *event;

	if (!is_meant(task))
		return 0;
	event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);
	if (!event) {
		count_lost();
		return 0;
	}
	count_sent();
	describe_exec(&event->process, task, program);
	read_arguments(event, task);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(trace_fork, struct task_struct *parent, struct task_struct *child)
{
	struct netctl_trace_process *event;

	if (child->pid != child->tgid)
		return 0; /* a thread */
	event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);
	if (!event) {
		count_lost();
		return 0;
	}
	count_sent();
	describe(event, NETCTL_TRACE_FORK, child);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(trace_exit, struct task_struct *task)
{
	struct netctl_trace_process *event;

	if (BPF_CORE_READ(task, signal, live.counter))
		return 0; /* other threads go on */
	if (only_pid && only_pid != (__u32)task->tgid)
		return 0;
	event = bpf_ringbuf_reserve(&trace_events, sizeof(*event), 0);
	if (!event) {
		count_lost();
		return 0;
	}
	count_sent();
	describe(event, NETCTL_TRACE_EXIT, task);
	event->status = task->exit_code;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* So that the object tells the types of its records. */
struct netctl_trace_arguments *process_record __attribute__((unused));

char _license[] SEC("license") = "Dual BSD/GPL";
