/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tracing programs read of the kernel's own structures. Only the members that are read are here,
 * in no particular order: libbpf finds where they are in the running kernel (CO-RE).
 */
#ifndef NETCTL_KERNEL_TYPES_H
#define NETCTL_KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	struct {
		struct net *net;
	} skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct {
		__s64 counter;
	} skc_cookie;
	struct sock *skc_listener; /* of a request sock */
};

struct bpf_prog_aux {
	__u32 id;
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
	int sk_err;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct tcp_sock {
	__u64 bytes_sent; /* again and again */
	__u64 bytes_retrans;
	__u64 bytes_received;
};

struct request_sock {
	struct sock_common __req_common;
};

struct socket {
	struct sock *sk;
};

struct net_device {
	int ifindex;
	struct {
		struct net *net;
	} nd_net;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	unsigned int data_len;
	int skb_iif;
	__be16 protocol;
	__u16 network_header; /* from `head` */
	__u16 transport_header; /* from `head` */
	unsigned char *head;
	unsigned char *data;
};

struct nsproxy {
	struct net *net_ns;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

struct cred {
	kuid_t uid;
	kgid_t gid;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct signal_struct {
	struct {
		int counter;
	} live; /* threads */
};

struct linux_binprm {
	const char *filename;
};

struct task_struct {
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct task_struct *real_parent;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	struct cred *cred;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
	char comm[16];
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct file;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

/* Why a TCP reset was sent, since Linux 6.10. */
enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
};

enum {
	AF_INET = 2,
	AF_INET6 = 10,
	SOCK_STREAM = 1,
};

/* Values of skc_state, which never change: user space sees them. */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_LISTEN = 10,
	TCP_NEW_SYN_RECV = 12,
};

#endif
