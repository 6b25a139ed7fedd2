/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What Swift cannot import of libbpf: variadic callbacks, option macros, BTF walks.
 *
 * Functions that return int answer 0 (or a descriptor), or -errno.
 */
#pragma once
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Collects this thread's libbpf warnings until bpf_shim_log_end(); calls do not nest. From the first
 * call on, libbpf prints nothing to stderr in this process.
 */
void bpf_shim_log_begin(void);
/* The warnings since bpf_shim_log_begin(), or NULL; free() it. */
char *bpf_shim_log_end(void);

int bpf_shim_open_memory(const void *image, size_t size, const char *name, struct bpf_object **out);
int bpf_shim_open_file(const char *path, struct bpf_object **out);

/* A global variable of an object that is not yet loaded: `size` bytes at `address`. */
struct bpf_shim_global {
	void *address;
	size_t size;
};

/* -ENOENT: no variable of this name in a data section; -EINVAL: the object has no BTF or its section
 * has no memory.
 */
int bpf_shim_find_global(const struct bpf_object *object, const char *name,
			 struct bpf_shim_global *out);
