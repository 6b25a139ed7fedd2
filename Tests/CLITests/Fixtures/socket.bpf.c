/* Keeps a socket's datagrams to their first bytes, and counts them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile int keep = 0xffff;
__u64 datagrams;

SEC("socket")
int keep_some(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&datagrams, 1);
	return keep;
}

char LICENSE[] SEC("license") = "GPL";
