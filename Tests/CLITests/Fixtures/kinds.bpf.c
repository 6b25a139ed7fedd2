/* A program for every kind of hook that runs on any kernel; each counts that it ran. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum kind {
	KIND_XDP,
	KIND_TC_INGRESS,
	KIND_TC_EGRESS,
	KIND_CGROUP_INGRESS,
	KIND_CGROUP_EGRESS,
	KIND_DEVICE,
	KIND_SOCK_CREATE,
	KIND_SOCK_RELEASE,
	KIND_POST_BIND,
	KIND_BIND,
	KIND_CONNECT,
	KIND_SENDMSG,
	KIND_RECVMSG,
	KIND_GETPEERNAME,
	KIND_GETSOCKNAME,
	KIND_SETSOCKOPT,
	KIND_GETSOCKOPT,
	KIND_SYSCTL,
	KIND_SOCKOPS,
	KIND_TRACEPOINT,
	KIND_RAW_TRACEPOINT,
	KIND_TP_BTF,
	KIND_UPROBE,
	KIND_URETPROBE,
	KIND_PERF_EVENT,
	KIND_MAX,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KIND_MAX);
	__type(key, enum kind);
	__type(value, __u64);
} kinds_seen SEC(".maps");

static int seen(enum kind kind, int answer)
{
	__u64 one = 1;
	__u64 *count = bpf_map_lookup_elem(&kinds_seen, &kind);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&kinds_seen, &kind, &one, BPF_NOEXIST);
	return answer;
}

#define PROGRAM(section, name, kind, answer)                                                       \
	SEC(section)                                                                               \
	int name(void *context)                                                                    \
	{                                                                                          \
		return seen(kind, answer);                                                         \
	}                                                                                          \
	_Static_assert(kind < KIND_MAX, "of the enum")

PROGRAM("xdp", kind_xdp, KIND_XDP, XDP_PASS);
#ifndef WITHOUT_TCX /* Linux before 6.6 */
PROGRAM("tcx/ingress", kind_tc_ingress, KIND_TC_INGRESS, -1);
PROGRAM("tcx/egress", kind_tc_egress, KIND_TC_EGRESS, -1);
#endif
PROGRAM("cgroup_skb/ingress", kind_ingress, KIND_CGROUP_INGRESS, 1);
PROGRAM("cgroup_skb/egress", kind_egress, KIND_CGROUP_EGRESS, 1);
PROGRAM("cgroup/dev", kind_device, KIND_DEVICE, 1);
PROGRAM("cgroup/sock_create", kind_sock_create, KIND_SOCK_CREATE, 1);
PROGRAM("cgroup/sock_release", kind_sock_release, KIND_SOCK_RELEASE, 1);
PROGRAM("cgroup/post_bind4", kind_post_bind, KIND_POST_BIND, 1);
PROGRAM("cgroup/bind4", kind_bind, KIND_BIND, 1);
PROGRAM("cgroup/connect4", kind_connect, KIND_CONNECT, 1);
PROGRAM("cgroup/sendmsg4", kind_sendmsg, KIND_SENDMSG, 1);
PROGRAM("cgroup/recvmsg4", kind_recvmsg, KIND_RECVMSG, 1);
PROGRAM("cgroup/getpeername4", kind_getpeername, KIND_GETPEERNAME, 1);
PROGRAM("cgroup/getsockname4", kind_getsockname, KIND_GETSOCKNAME, 1);
PROGRAM("cgroup/setsockopt", kind_setsockopt, KIND_SETSOCKOPT, 1);
PROGRAM("cgroup/getsockopt", kind_getsockopt, KIND_GETSOCKOPT, 1);
PROGRAM("cgroup/sysctl", kind_sysctl, KIND_SYSCTL, 1);
PROGRAM("sockops", kind_sockops, KIND_SOCKOPS, 1);
PROGRAM("tracepoint/sched/sched_process_exec", kind_tracepoint, KIND_TRACEPOINT, 0);
PROGRAM("raw_tracepoint/sched_process_exec", kind_raw_tracepoint, KIND_RAW_TRACEPOINT, 0);
PROGRAM("tp_btf/sched_process_exec", kind_tp_btf, KIND_TP_BTF, 0);
PROGRAM("uprobe/libc.so.6:getaddrinfo", kind_uprobe, KIND_UPROBE, 0);
PROGRAM("uretprobe/libc.so.6:getaddrinfo", kind_uretprobe, KIND_URETPROBE, 0);
PROGRAM("perf_event", kind_perf_event, KIND_PERF_EVENT, 0);

char LICENSE[] SEC("license") = "GPL";
