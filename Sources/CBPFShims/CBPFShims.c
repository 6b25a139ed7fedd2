// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#define _GNU_SOURCE
#include "CBPFShims.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libbpf has one print callback for the process; each thread keeps its own text. */
static _Thread_local struct {
	bool active;
	char *text;
	size_t length;
} warnings;

static int collect(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char *line, *grown;
	int length;

	if (!warnings.active || level != LIBBPF_WARN)
		return 0;
	length = vasprintf(&line, format, arguments);
	if (length < 0)
		return 0;
	grown = realloc(warnings.text, warnings.length + length + 1);
	if (grown) {
		memcpy(grown + warnings.length, line, length + 1);
		warnings.text = grown;
		warnings.length += length;
	}
	free(line);
	return length;
}

void bpf_shim_log_begin(void)
{
	/* Each time: another library of the process may have put its own callback there. */
	libbpf_set_print(collect);
	warnings.active = true;
}

char *bpf_shim_log_end(void)
{
	char *text = warnings.text;

	memset(&warnings, 0, sizeof(warnings));
	return text;
}

int bpf_shim_open_memory(const void *image, size_t size, const char *name, struct bpf_object **out)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);

	*out = bpf_object__open_mem(image, size, &options);
	return *out ? 0 : -errno;
}

int bpf_shim_open_file(const char *path, struct bpf_object **out)
{
	*out = bpf_object__open_file(path, NULL);
	return *out ? 0 : -errno;
}

static int find_in_section(const struct bpf_object *object, const struct btf *btf,
			   const struct btf_type *section, const char *name,
			   struct bpf_shim_global *out)
{
	const struct btf_var_secinfo *variable = btf_var_secinfos(section);

	for (int i = 0; i < btf_vlen(section); i++, variable++) {
		const struct btf_type *type = btf__type_by_id(btf, variable->type);
		struct bpf_map *map;
		size_t size;
		char *memory;

		if (!type || strcmp(btf__name_by_offset(btf, type->name_off), name))
			continue;
		map = bpf_object__find_map_by_name(object,
						   btf__name_by_offset(btf, section->name_off));
		if (!map)
			continue; /* .maps, .ksyms, .kconfig: no variables of ours */
		memory = (char *)bpf_map__initial_value(map, &size);
		if (!memory || (size_t)variable->offset + variable->size > size)
			return -EINVAL;
		out->address = memory + variable->offset;
		out->size = variable->size;
		return 0;
	}
	return -ENOENT;
}

int bpf_shim_find_global(const struct bpf_object *object, const char *name,
			 struct bpf_shim_global *out)
{
	const struct btf *btf = bpf_object__btf(object);

	if (!btf)
		return -EINVAL;
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		int error;

		if (!btf_is_datasec(type))
			continue;
		error = find_in_section(object, btf, type, name, out);
		if (error != -ENOENT)
			return error;
	}
	return -ENOENT;
}

static int find_member(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_member *member = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++, member++) {
		const char *found = btf__name_by_offset(btf, member->name_off);
		__u32 bits = btf_member_bit_offset(type, i);
		int inner = -ENOENT;

		if (found && !strcmp(found, name))
			return bits % 8 || btf_member_bitfield_size(type, i) ? -EINVAL
									     : (int)bits / 8;
		if (found && !*found) {
			__s32 id = btf__resolve_type(btf, member->type);
			const struct btf_type *within = id < 0 ? NULL : btf__type_by_id(btf, id);

			if (within && btf_is_composite(within))
				inner = find_member(btf, within, name);
		}
		if (inner != -ENOENT)
			return inner < 0 ? inner : (int)bits / 8 + inner;
	}
	return -ENOENT;
}

int bpf_shim_member_offset(const struct btf *btf, const char *type, const char *member)
{
	__s32 id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id < 0 ? -ENOENT : find_member(btf, btf__type_by_id(btf, id), member);
}

int bpf_shim_enumerators(const struct btf *btf, const char *type, int64_t *values,
			 const char **names, int room)
{
	__s32 id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	const struct btf_type *found;
	int count;

	if (id < 0)
		return -ENOENT;
	found = btf__type_by_id(btf, id);
	count = btf_vlen(found);
	for (int i = 0; i < count && i < room; i++) {
		values[i] = btf_enum(found)[i].val;
		names[i] = btf__name_by_offset(btf, btf_enum(found)[i].name_off);
	}
	return count;
}

int bpf_shim_create_tcx_link(int program, uint32_t interface_index, uint32_t attach_type,
			     uint32_t anchor_flags, uint32_t relative, uint64_t expected_revision)
{
	/* The arm of union bpf_attr for BPF_LINK_CREATE. */
	struct {
		uint32_t program;
		uint32_t interface_index;
		uint32_t attach_type;
		uint32_t flags;
		uint32_t relative;
		uint32_t padding;
		uint64_t expected_revision;
	} attributes = {
		.program = program,
		.interface_index = interface_index,
		.attach_type = attach_type,
		.flags = anchor_flags,
		.relative = relative,
		.expected_revision = expected_revision,
	};
	long result = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes));

	_Static_assert(sizeof(attributes) == 32, "bpf_attr.link_create.tcx");
	return result < 0 ? -errno : (int)result;
}

struct bpf_shim_tcx_info bpf_shim_tcx_info(const struct bpf_link_info *info)
{
	struct bpf_shim_tcx_info place;

	/* All arms of the union begin where xdp's does. */
	memcpy(&place, &info->xdp, sizeof(place));
	return place;
}

_Static_assert(offsetof(struct bpf_shim_query, count) == offsetof(union bpf_attr, query.prog_cnt),
	       "bpf_attr.query");
_Static_assert(sizeof(struct bpf_shim_query) == 64, "bpf_attr.query");

int bpf_shim_query(struct bpf_shim_query *query)
{
	return syscall(SYS_bpf, BPF_PROG_QUERY, query, sizeof(*query)) < 0 ? -errno : 0;
}

int bpf_shim_open_perf_event(uint32_t type, uint64_t config, const char *name, uint64_t offset)
{
	struct perf_event_attr attributes = {
		.type = type,
		.size = sizeof(attributes),
		.config = config,
		.config1 = (uintptr_t)name,
		.config2 = offset,
	};
	/* A probe on one CPU and every process is a probe on all of them. */
	long result = syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return result < 0 ? -errno : (int)result;
}
