#define _GNU_SOURCE
#include "CTestSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
	const char *procs;
	int family, type, protocol;
	int answer;
};

static int negative_errno(int answer)
{
	return answer < 0 ? -errno : answer;
}

/* The new process. It shares descriptors and the request with the caller, who waits. */
static int make_socket(void *argument)
{
	struct request *request = argument;
	int procs = open(request->procs, O_WRONLY | O_CLOEXEC);

	request->answer = negative_errno(procs);
	if (procs < 0)
		return 0;
	request->answer = negative_errno(write(procs, "0", 1));
	close(procs);
	if (request->answer < 0)
		return 0;
	request->answer = negative_errno(socket(request->family, request->type, request->protocol));
	return 0;
}

int netctl_socket_in_cgroup(const char *procs, int family, int type, int protocol)
{
	_Alignas(16) char stack[64 << 10];
	struct request *request = mmap(NULL, sizeof(*request), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int answer;

	if (request == MAP_FAILED)
		return -errno;
	*request = (struct request){
		.procs = procs,
		.family = family,
		.type = type,
		.protocol = protocol,
		.answer = -ECHILD,
	};
	/* All of the memory cannot be shared: the thread sanitizer knows no two processes in one. */
	child = clone(make_socket, stack + sizeof(stack), CLONE_FILES | SIGCHLD, request);
	answer = negative_errno(child);
	if (child >= 0) {
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
		answer = request->answer;
	}
	munmap(request, sizeof(*request));
	return answer;
}
