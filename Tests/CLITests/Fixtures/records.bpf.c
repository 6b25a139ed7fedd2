/* What tracing programs of others are made of: CO-RE, a ring buffer and a perf buffer. */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* As libbpf finds it in the running kernel: only what is read is here. */
struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

struct started {
	int pid;
	int parent;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} records_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} records_perf SEC(".maps");

/* Keeps the type in the object. */
const struct started *started_type __attribute__((unused));

static void fill(struct started *started)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	started->pid = BPF_CORE_READ(task, tgid);
	started->parent = BPF_CORE_READ(task, real_parent, tgid);
	bpf_get_current_comm(started->comm, sizeof(started->comm));
}

SEC("raw_tp/sched_process_exec")
int records_exec(void *context)
{
	struct started *started = bpf_ringbuf_reserve(&records_ring, sizeof(*started), 0);
	struct started copy = {};

	if (started) {
		fill(started);
		bpf_ringbuf_submit(started, 0);
	}
	fill(&copy);
	bpf_perf_event_output(context, &records_perf, BPF_F_CURRENT_CPU, &copy, sizeof(copy));
	return 0;
}

char _license[] SEC("license") = "GPL";
