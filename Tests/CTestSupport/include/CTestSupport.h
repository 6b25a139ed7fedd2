/* What tests need and Swift cannot do. */
#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

/* A socket that a process of a cgroup has made, as socket(2) makes it: it stays the cgroup's whoever
 * uses it. `procs` is the path of the cgroup's cgroup.procs. Negative errno on failure.
 */
int netctl_socket_in_cgroup(const char *procs, int family, int type, int protocol);

/* What can fail on demand: tests carry a syscall(3) and a sendto(2) of their own. */
enum netctl_fault {
	NETCTL_FAULT_BPF, /* bpf(2), of those that go through syscall(3), as libbpf's do */
	NETCTL_FAULT_NETLINK, /* a request to netlink: what the kernel would have answered */
	NETCTL_FAULT_MAX,
};

/* From here on the `nth` call of the calling thread is answered with `error`, and does nothing; 0: none
 * is.
 */
void netctl_fail(enum netctl_fault kind, long nth, int error);

/* How many calls there were on the calling thread since then; from here on none fails. */
long netctl_calls(enum netctl_fault kind);

/* From here on a number for the place of each call of the calling thread, which is that of all calls that the
 * same way of calls led to, is written here, for as many as there is room; 0: none is.
 */
void netctl_note_places(enum netctl_fault kind, unsigned long long *places, long room);

/* Gives the calling thread a table of descriptors of its own, with the standard three of the process. */
int netctl_own_descriptors(void);

#endif
