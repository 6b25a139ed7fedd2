/* Programs on the kernel's functions: by the trampolines that not every kernel has. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum kind { KIND_FENTRY, KIND_FEXIT, KIND_KPROBE, KIND_KRETPROBE, KIND_MAX };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KIND_MAX);
	__type(key, enum kind);
	__type(value, __u64);
} functions_seen SEC(".maps");

static int seen(enum kind kind)
{
	__u64 one = 1;
	__u64 *count = bpf_map_lookup_elem(&functions_seen, &kind);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&functions_seen, &kind, &one, BPF_NOEXIST);
	return 0;
}

SEC("fentry/do_unlinkat")
int on_fentry(void *context)
{
	return seen(KIND_FENTRY);
}

SEC("fexit/do_unlinkat")
int on_fexit(void *context)
{
	return seen(KIND_FEXIT);
}

SEC("kprobe/do_unlinkat")
int on_kprobe(void *context)
{
	return seen(KIND_KPROBE);
}

SEC("kretprobe/do_unlinkat")
int on_kretprobe(void *context)
{
	return seen(KIND_KRETPROBE);
}

char LICENSE[] SEC("license") = "GPL";
