#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/openat2.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(NETCTL_CLONE_FS == CLONE_FS, "CLONE_FS");
_Static_assert(NETCTL_CLONE_NEWNS == CLONE_NEWNS, "CLONE_NEWNS");
_Static_assert(NETCTL_CLONE_NEWNET == CLONE_NEWNET, "CLONE_NEWNET");

int netctl_unshare(int flags)
{
	return unshare(flags) ? -errno : 0;
}

int netctl_setns(int fd, int flags)
{
	return setns(fd, flags) ? -errno : 0;
}

pid_t netctl_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

int netctl_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) ? -errno : 0;
}

const char *netctl_errno_name(int number)
{
	return strerrorname_np(number);
}

int netctl_filesystem_magic(const char *path, uint64_t *magic)
{
	struct statfs status;

	if (statfs(path, &status))
		return -errno;
	*magic = (uint64_t)status.f_type & 0xffffffff;
	return 0;
}

int netctl_filesystem_magic_of(int fd, uint64_t *magic)
{
	struct statfs status;

	if (fstatfs(fd, &status))
		return -errno;
	*magic = (uint64_t)status.f_type & 0xffffffff;
	return 0;
}

int netctl_open_directory_beneath(int directory, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	long result = syscall(SYS_openat2, directory, path, &how, sizeof(how));

	return result < 0 ? -errno : (int)result;
}

int netctl_open_kernfs_id(int mount, uint64_t id)
{
	/* struct file_handle with its bytes; include/linux/exportfs.h: FILEID_KERNFS. */
	struct {
		struct file_handle header;
		uint64_t id;
	} handle = { .header = { .handle_bytes = sizeof(id), .handle_type = 0xfe }, .id = id };
	int result;

	_Static_assert(sizeof(struct file_handle) == 8, "the id follows at once");
	result = open_by_handle_at(mount, &handle.header, O_PATH | O_CLOEXEC);
	return result < 0 ? -errno : result;
}

int netctl_interface_driver(int fd, const char *interface, char *driver, size_t size)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { 0 };

	if (strlen(interface) >= sizeof(request.ifr_name) || size < sizeof(info.driver))
		return -EINVAL;
	strcpy(request.ifr_name, interface);
	request.ifr_data = (void *)&info;
	if (ioctl(fd, SIOCETHTOOL, &request))
		return -errno;

	memcpy(driver, info.driver, sizeof(info.driver));
	driver[sizeof(info.driver) - 1] = '\0';
	return 0;
}

/* An ethtool request whose answer is one number. */
static int ethtool_value(int fd, const char *interface, uint32_t command, uint32_t *value)
{
	struct ethtool_value request = { .cmd = command };
	struct ifreq ifreq = { 0 };

	if (strlen(interface) >= sizeof(ifreq.ifr_name))
		return -EINVAL;
	strcpy(ifreq.ifr_name, interface);
	ifreq.ifr_data = (void *)&request;
	if (ioctl(fd, SIOCETHTOOL, &ifreq))
		return -errno;
	*value = request.data;
	return 0;
}

int netctl_interface_offloads(int fd, const char *interface, struct netctl_offloads *offloads)
{
	uint32_t gro = 0, flags = 0;
	int error;

	error = ethtool_value(fd, interface, ETHTOOL_GGRO, &gro);
	if (!error)
		error = ethtool_value(fd, interface, ETHTOOL_GFLAGS, &flags);
	if (error)
		return error;
	offloads->gro = gro != 0;
	offloads->receive_vlan = (flags & ETH_FLAG_RXVLAN) != 0;
	offloads->transmit_vlan = (flags & ETH_FLAG_TXVLAN) != 0;
	return 0;
}

int netctl_mount_detached(const char *type)
{
	/* glibc has these calls since 2.36; the numbers are the same on every architecture. */
	enum { FSOPEN = 430, FSCONFIG = 431, FSMOUNT = 432 };
	enum { CLOSE_ON_EXEC = 1, CONFIG_CMD_CREATE = 6 };
	long context = syscall(FSOPEN, type, CLOSE_ON_EXEC);
	long result;

	if (context < 0)
		return -errno;
	result = syscall(FSCONFIG, context, CONFIG_CMD_CREATE, NULL, NULL, 0);
	if (!result)
		result = syscall(FSMOUNT, context, CLOSE_ON_EXEC, 0);
	if (result < 0)
		result = -errno;
	close((int)context);
	return (int)result;
}

int netctl_bpf(int command, const void *attributes, unsigned int size)
{
	long result = syscall(SYS_bpf, command, attributes, size);

	return result < 0 ? -errno : (int)result;
}

int netctl_descriptor_of(pid_t pid, int descriptor)
{
	long process = syscall(SYS_pidfd_open, pid, 0);
	long result;

	if (process < 0)
		return -errno;
	result = syscall(SYS_pidfd_getfd, process, descriptor, 0);
	if (result < 0)
		result = -errno;
	close((int)process);
	return (int)result;
}

int netctl_membarrier_global(void)
{
	long result = syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0);

	return result < 0 ? -errno : (int)result;
}

int netctl_stay_on_cpu(int cpu)
{
	cpu_set_t cpus;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) ? -errno : 0;
}
