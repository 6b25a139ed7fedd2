// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A variable with a member of each kind, and a program in each kind of section. */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

enum mode { MODE_OFF, MODE_ON = 5 };

struct everything {
	__u64 packets;
	__s32 delta;
	enum mode mode;
	__u32 low : 3, high : 5;
	__s32 signed_bits : 6;
	char name[8];
	bool ok;
	struct {
		__u32 inner;
	};
	__u16 list[3];
	struct in_addr source;
	struct in6_addr source6;
	__be32 daddr;
	__be16 port;
	unsigned char mac[6];
	__be64 ratio;
};

struct everything everything = { .delta = 1 };
const volatile int limit = 3;

#define EMPTY(section, name)                                                                       \
	SEC(section)                                                                               \
	int name(void *context)                                                                    \
	{                                                                                          \
		return context && limit == 100;                                                    \
	}

EMPTY("xdp", on_xdp)
EMPTY("xdp.frags", on_frags)
EMPTY("tc", on_tc)
EMPTY("tcx/egress", on_tcx)
EMPTY("cgroup/connect4", on_connect)
EMPTY("tracepoint/sched/sched_switch", on_tracepoint)
EMPTY("raw_tp/sched_switch", on_raw)
EMPTY("kprobe/do_unlinkat+0x10", on_kprobe)
EMPTY("uretprobe//bin/sh:main", on_uprobe)
EMPTY("perf_event", on_clock)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
