// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "CBPFShims.h"

#include <errno.h>
#include <stdlib.h>

struct bpf_shim_perf_buffer {
	struct perf_buffer *raw;
	bpf_shim_record_function record;
	bpf_shim_lost_function lost;
	void *context;
};

static void on_record(void *context, int cpu, void *bytes, __u32 size)
{
	struct bpf_shim_perf_buffer *buffer = context;

	(void)cpu;
	buffer->record(buffer->context, bytes, size);
}

static void on_lost(void *context, int cpu, __u64 count)
{
	struct bpf_shim_perf_buffer *buffer = context;

	(void)cpu;
	buffer->lost(buffer->context, count);
}

struct bpf_shim_perf_buffer *bpf_shim_open_perf_buffer(int map, size_t pages,
						       bpf_shim_record_function record,
						       bpf_shim_lost_function lost, void *context)
{
	struct bpf_shim_perf_buffer *buffer = calloc(1, sizeof(*buffer));

	if (!buffer)
		return NULL;
	buffer->record = record;
	buffer->lost = lost;
	buffer->context = context;
	buffer->raw = perf_buffer__new(map, pages, on_record, on_lost, buffer, NULL);
	if (!buffer->raw) {
		int error = errno;

		free(buffer);
		errno = error;
		return NULL;
	}
	return buffer;
}

int bpf_shim_poll_perf_buffer(struct bpf_shim_perf_buffer *buffer, int milliseconds)
{
	return perf_buffer__poll(buffer->raw, milliseconds);
}

void bpf_shim_close_perf_buffer(struct bpf_shim_perf_buffer *buffer)
{
	perf_buffer__free(buffer->raw);
	free(buffer);
}
