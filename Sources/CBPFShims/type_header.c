// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "CBPFShims.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static void print(void *file, const char *format, va_list arguments)
{
	vfprintf(file, format, arguments);
}

static int write_all(FILE *file, const struct btf *types)
{
	struct btf_dump *dump = btf_dump__new(types, print, file, NULL);
	int error = dump ? 0 : -errno;

	/* libbpf's bpf_tracing.h asks for the macro to know the registers' names. */
	fputs("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
	      "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	      "#pragma clang attribute push(__attribute__((preserve_access_index)), "
	      "apply_to = record)\n#endif\n\n",
	      file);
	for (__u32 id = 1; !error && id < btf__type_cnt(types); id++)
		error = btf_dump__dump_type(dump, id);
	fputs("\n#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n"
	      "\n#endif /* __VMLINUX_H__ */\n",
	      file);
	btf_dump__free(dump);
	return error;
}

int bpf_shim_write_types(const char *btf, const char *header)
{
	struct btf *types = btf__parse(btf, NULL);
	FILE *file;
	int error;

	if (!types)
		return -errno;
	file = fopen(header, "we");
	if (!file) {
		error = -errno;
	} else {
		error = write_all(file, types);
		if (ferror(file))
			error = -EIO;
		if (fclose(file) && !error)
			error = -errno;
	}
	btf__free(types);
	return error;
}
