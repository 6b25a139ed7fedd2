#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local struct {
	long calls;
	long nth;
	int error;
} faults;

void netctl_fail_bpf(long nth, int error)
{
	faults.calls = 0;
	faults.nth = nth;
	faults.error = error;
}

long netctl_bpf_calls(void)
{
	faults.nth = 0;
	return faults.calls;
}

/* Takes the place of libc's for the whole test process, libbpf included: the executable's symbols come
 * first.
 */
long syscall(long number, ...)
{
	static long (*libc)(long, ...);
	long arguments[6];
	va_list list;

	if (number == SYS_bpf && ++faults.calls == faults.nth) {
		errno = faults.error;
		return -1;
	}
	if (!libc)
		libc = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return libc(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		    arguments[5]);
}

int netctl_own_descriptors(void)
{
	return close_range(3, ~0U, CLOSE_RANGE_UNSHARE) < 0 ? -errno : 0;
}
