/* What tests need and Swift cannot do. */
#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

/* A socket that a process of a cgroup has made, as socket(2) makes it: it stays the cgroup's whoever
 * uses it. `procs` is the path of the cgroup's cgroup.procs. Negative errno on failure.
 */
int netctl_socket_in_cgroup(const char *procs, int family, int type, int protocol);

#endif
