/* Joining and leaving a dispatcher of libxdp: its headers and those of libbpf are not both for one Swift module. */
#include <errno.h>
#include <xdp/libxdp.h>

#include "CBPFShims.h"

static int join(struct xdp_program *member, int interface_index, unsigned int mode,
		unsigned int priority, bool frags)
{
	int result = xdp_program__set_run_prio(member, priority);

	if (!result)
		result = xdp_program__set_chain_call_enabled(member, XDP_PASS, true);
	if (!result)
		result = xdp_program__set_xdp_frags_support(member, frags);
	if (!result)
		result = xdp_program__attach(member, interface_index, mode, 0);
	return result;
}

int bpf_shim_join_dispatcher(struct bpf_object *object, const char *program, int interface_index,
			     unsigned int mode, unsigned int priority, bool frags)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = object, .prog_name = program);
	struct xdp_program *member;
	int result;

	libxdp_set_print(NULL);
	member = xdp_program__create(&options);
	result = libxdp_get_error(member);
	if (result)
		return result;
	result = join(member, interface_index, mode, priority, frags);
	/* What it owns is a descriptor; the object stays the caller's. */
	xdp_program__close(member);
	return result;
}

int bpf_shim_leave_dispatcher(unsigned int program, int interface_index)
{
	struct xdp_multiprog *dispatcher;
	struct xdp_program *member = NULL;
	int result = 0;

	libxdp_set_print(NULL);
	dispatcher = xdp_multiprog__get_from_ifindex(interface_index);
	if (libxdp_get_error(dispatcher))
		return 0;
	if (!xdp_multiprog__is_legacy(dispatcher))
		do
			member = xdp_multiprog__next_prog(member, dispatcher);
		while (member && xdp_program__id(member) != program);
	if (member)
		result = xdp_program__detach(member, interface_index,
					     xdp_multiprog__attach_mode(dispatcher), 0);
	xdp_multiprog__close(dispatcher);
	return result;
}
