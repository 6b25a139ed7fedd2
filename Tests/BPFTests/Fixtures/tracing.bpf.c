// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that are attached without a place of their own, and one on sockets that are made. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 seen; /* processes that ended, by typed and by raw arguments, and sockets that were made */

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int typed_exit(__u64 *ctx __attribute__((unused)))
{
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int raw_exit(void *ctx __attribute__((unused)))
{
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 number;

	if (!task)
		return 0;
	number = task->tgid;
	bpf_seq_write(ctx->meta->seq, &number, sizeof(number));
	return 0;
}

SEC("cgroup/sock_create")
int made(struct bpf_sock *ctx __attribute__((unused)))
{
	__sync_fetch_and_add(&seen, 1);
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
