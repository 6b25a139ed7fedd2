#pragma once
/* What Swift cannot import from the Linux headers: names behind _GNU_SOURCE, variadic calls and
 * structures with unions. Every function answers a negative errno on failure, so that nothing
 * can overwrite errno before it is read.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum netctl_clone_flag {
	NETCTL_CLONE_FS = 0x00000200,
	NETCTL_CLONE_NEWNS = 0x00020000,
	NETCTL_CLONE_NEWNET = 0x40000000,
};

int netctl_unshare(int flags);
int netctl_setns(int fd, int flags);
pid_t netctl_gettid(void);

/* Both descriptors close on exec. */
int netctl_pipe(int ends[2]);

/* Name of an errno, "ENOENT"; NULL when the C library has none. */
const char *netctl_errno_name(int number);

/* A descriptor of this process for one of another's: pidfd_open(2), pidfd_getfd(2), since Linux 5.6.
 * It closes on exec. Needs the rights of a debugger of that process.
 */
int netctl_descriptor_of(pid_t pid, int descriptor);

/* f_type of statfs(2), and of fstatfs(2). */
int netctl_filesystem_magic(const char *path, uint64_t *magic);
int netctl_filesystem_magic_of(int fd, uint64_t *magic);

/* openat2(2) of a directory below another, for reading: no "..", symbolic link or mount point on
 * the way leads out of where it began (-EXDEV, -ELOOP). Since Linux 5.6.
 * path: relative; "." for the directory itself.
 */
int netctl_open_directory_beneath(int directory, const char *path);

/* open_by_handle_at(2) of a directory of a kernfs file system (cgroup2, sysfs), by its id: a
 * descriptor that only names it (O_PATH), or -ESTALE if there is none. Needs CAP_DAC_READ_SEARCH.
 * mount: any file of the mounted file system, open.
 */
int netctl_open_kernfs_id(int mount, uint64_t id);

/* Driver name of an interface (ETHTOOL_GDRVINFO).
 * fd: a socket of any family, in whose network namespace the interface is.
 * driver: at least 32 bytes, always terminated on success.
 */
int netctl_interface_driver(int fd, const char *interface, char *driver, size_t size);

/* Offloads of an interface that decide what XDP gets. */
struct netctl_offloads {
	uint8_t gro; /* ETHTOOL_GGRO */
	uint8_t receive_vlan; /* ETHTOOL_GFLAGS, ETH_FLAG_RXVLAN */
	uint8_t transmit_vlan; /* ETHTOOL_GFLAGS, ETH_FLAG_TXVLAN */
};

/* fd: a socket of any family, in whose network namespace the interface is. */
int netctl_interface_offloads(int fd, const char *interface, struct netctl_offloads *offloads);

/* The root of a file system of its own, mounted nowhere: fsopen(2), fsmount(2). Since Linux 5.2.
 * type: of one that needs neither source nor options, "tracefs".
 */
int netctl_mount_detached(const char *type);

/* bpf(2): a descriptor or 0. Only for programs too small to deserve an object file. */
int netctl_bpf(int command, const void *attributes, unsigned int size);

/* membarrier(MEMBARRIER_CMD_GLOBAL): returns after an RCU grace period. */
int netctl_membarrier_global(void);

/* sched_setaffinity(2) of the calling thread: it and what it starts stay on one CPU. */
int netctl_stay_on_cpu(int cpu);

/* What a driver can do with XDP: bits of enum netdev_xdp_act (Linux 6.3). -ENOENT: the kernel does not
 * tell. Asks in the calling thread's network namespace.
 */
int netctl_xdp_features(unsigned int interface, unsigned long long *features);
