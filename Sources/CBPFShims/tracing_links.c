// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#define _GNU_SOURCE
#include "CBPFShims.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct bpf_link_info's arm for perf events, as of Linux 6.6. */
struct perf_event_info {
	uint32_t kind;
	uint32_t padding;
	uint64_t name;
	uint32_t name_length;
};

enum { UPROBE = 1, URETPROBE, KPROBE, KRETPROBE, TRACEPOINT };

uint32_t bpf_shim_perf_event_kind(const struct bpf_link_info *info)
{
	uint32_t kind;

	/* All arms of the union begin where xdp's does. */
	memcpy(&kind, &info->xdp, sizeof(kind));
	return kind;
}

/* The arm of `info` for perf events says where to write the name of this kind. */
static void ask_for_event_name(struct bpf_link_info *info, char *name, uint32_t size)
{
	struct perf_event_info event = { .kind = bpf_shim_perf_event_kind(info) };

	event.name = (uintptr_t)name;
	event.name_length = size;
	memset(info, 0, sizeof(*info));
	memcpy(&info->xdp, &event, sizeof(event));
}

int bpf_shim_link_name(int link, char *name, uint32_t size)
{
	struct bpf_link_info info = {};
	uint32_t length = sizeof(info);
	int error = bpf_obj_get_info_by_fd(link, &info, &length);

	if (error)
		return error;
	switch ((int)info.type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT:
		info.raw_tracepoint.tp_name = (uintptr_t)name;
		info.raw_tracepoint.tp_name_len = size;
		break;
	case BPF_LINK_TYPE_ITER:
		info.iter.target_name = (uintptr_t)name;
		info.iter.target_name_len = size;
		break;
	case BPF_LINK_TYPE_PERF_EVENT:
		switch (bpf_shim_perf_event_kind(&info)) {
		case UPROBE:
		case URETPROBE:
		case KPROBE:
		case KRETPROBE:
		case TRACEPOINT:
			ask_for_event_name(&info, name, size);
			break;
		default:
			return -ENODATA;
		}
		break;
	default:
		return -ENODATA;
	}
	name[0] = 0;
	length = sizeof(info);
	return bpf_obj_get_info_by_fd(link, &info, &length);
}

int bpf_shim_open_clock(uint64_t frequency, int cpu)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = frequency,
	};
	long result = syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return result < 0 ? -errno : (int)result;
}
