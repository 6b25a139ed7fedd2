#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local struct {
	long calls;
	long nth;
	int error;
	unsigned long long *places;
	long room;
} faults[NETCTL_FAULT_MAX];

void netctl_fail(enum netctl_fault kind, long nth, int error)
{
	faults[kind].calls = 0;
	faults[kind].nth = nth;
	faults[kind].error = error;
}

long netctl_calls(enum netctl_fault kind)
{
	faults[kind].nth = 0;
	return faults[kind].calls;
}

void netctl_note_places(enum netctl_fault kind, unsigned long long *places, long room)
{
	faults[kind].places = places;
	faults[kind].room = room;
}

/* A number for the way that led here: FNV-1a of the return addresses. */
static unsigned long long place(void)
{
	unsigned long long hash = 0xcbf29ce484222325;
	void *stack[128];
	int depth = backtrace(stack, 128);

	for (int i = 0; i < depth; i++)
		hash = (hash ^ (unsigned long long)stack[i]) * 0x100000001b3;
	return hash;
}

/* Counts a call; whether it is the one that fails. */
static int fails(enum netctl_fault kind)
{
	if (faults[kind].calls < faults[kind].room)
		faults[kind].places[faults[kind].calls] = place();
	if (++faults[kind].calls != faults[kind].nth)
		return 0;
	errno = faults[kind].error;
	return 1;
}

/* These take the place of libc's for the whole test process, libbpf and libmnl included: the executable's
 * symbols come first. A thread still makes calls when the thread sanitizer has forgotten it.
 */
__attribute__((disable_sanitizer_instrumentation)) long syscall(long number, ...)
{
	static long (*libc)(long, ...);
	long arguments[6];
	va_list list;

	if (number == SYS_bpf && fails(NETCTL_FAULT_BPF))
		return -1;
	if (!libc)
		libc = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return libc(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		    arguments[5]);
}

ssize_t sendto(int socket, const void *bytes, size_t count, int flags, __CONST_SOCKADDR_ARG to,
	       socklen_t length)
{
	static __typeof__(sendto) *libc;

	if (to.__sockaddr__ && to.__sockaddr__->sa_family == AF_NETLINK &&
	    fails(NETCTL_FAULT_NETLINK))
		return -1;
	if (!libc)
		libc = (__typeof__(libc))dlsym(RTLD_NEXT, "sendto");
	return libc(socket, bytes, count, flags, to, length);
}

int netctl_own_descriptors(void)
{
	return close_range(3, ~0U, CLOSE_RANGE_UNSHARE) < 0 ? -errno : 0;
}
