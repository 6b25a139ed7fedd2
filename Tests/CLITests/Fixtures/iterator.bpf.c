/* A line for each task: what reading an iterator gives. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("iter/task")
int each_task(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (task && task->pid == task->tgid)
		bpf_seq_write(context->meta->seq, "process\n", 8);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
