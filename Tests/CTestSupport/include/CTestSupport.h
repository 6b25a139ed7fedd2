/* What tests need and Swift cannot do. */
#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

/* A socket that a process of a cgroup has made, as socket(2) makes it: it stays the cgroup's whoever
 * uses it. `procs` is the path of the cgroup's cgroup.procs. Negative errno on failure.
 */
int netctl_socket_in_cgroup(const char *procs, int family, int type, int protocol);

/* From here on the `nth` bpf(2) of the calling thread is answered with `error`, and does nothing; 0: none
 * is. Only those count that go through syscall(3), as libbpf's do: tests carry a syscall(3) of their own.
 */
void netctl_fail_bpf(long nth, int error);

/* How many bpf(2) there were on the calling thread since then; from here on none fails. */
long netctl_bpf_calls(void);

/* Gives the calling thread a table of descriptors of its own, with the standard three of the process. */
int netctl_own_descriptors(void);

#endif
