// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every program that is started: who, and by whom.
 *
 *   netctl run execsnoop.bpf.c
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct exec_event {
	__u32 pid;
	__u32 parent;
	__u32 uid;
	char comm[16];
	char file[64];
};

/* Records for whoever listens.
 *
 * value   struct exec_event
 * writes  on_exec
 * reads   netctl run, netctl listen
 * full    the record is dropped
 * since   Linux 5.8
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} execs SEC(".maps");

/* Keeps the type in the object: a listener finds it by the size of the records. */
const struct exec_event *exec_event_type __attribute__((unused));

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *program)
{
	struct exec_event *event = bpf_ringbuf_reserve(&execs, sizeof(*event), 0);

	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->pid = BPF_CORE_READ(task, tgid);
	event->parent = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_kernel_str(event->file, sizeof(event->file),
				  BPF_CORE_READ(program, filename));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
