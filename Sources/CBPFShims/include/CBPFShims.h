/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What Swift cannot import of libbpf: variadic callbacks, option macros, BTF walks.
 *
 * Functions that return int answer 0 (or a descriptor), or -errno.
 */
#pragma once
#include "../../CLibbpf/CLibbpf.h" /* a part of that module, not a copy in this one */
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

/* Where a member is in a structure of the BTF, in bytes, also within anonymous ones: -ENOENT for none,
 * -EINVAL for a bit field.
 */
int bpf_shim_member_offset(const struct btf *btf, const char *type, const char *member);

/* The numbers and names of an enumeration: how many there are, or -ENOENT. Names belong to the BTF. */
int bpf_shim_enumerators(const struct btf *btf, const char *type, int64_t *values,
			 const char **names, int room);

/* TCX (Linux 6.6), which Debian 12's headers and libbpf do not know. */
enum bpf_shim_tcx {
	BPF_SHIM_TCX_INGRESS = 46,
	BPF_SHIM_TCX_EGRESS = 47,
};

/* Where a new program goes on a TCX hook. */
enum bpf_shim_anchor_flag {
	BPF_SHIM_F_BEFORE = 1 << 3,
	BPF_SHIM_F_AFTER = 1 << 4,
	BPF_SHIM_F_ID = 1 << 5, /* relative is an id, not a descriptor */
	BPF_SHIM_F_LINK = 1 << 13, /* relative is a link, not a program */
};

/* bpf(BPF_LINK_CREATE) of a TCX link: its descriptor.
 * expected_revision: 0 for any.
 */
int bpf_shim_create_tcx_link(int program, uint32_t interface_index, uint32_t attach_type,
			     uint32_t anchor_flags, uint32_t relative, uint64_t expected_revision);

/* Where a TCX link sits. */
struct bpf_shim_tcx_info {
	uint32_t interface_index;
	uint32_t attach_type;
};

struct bpf_shim_tcx_info bpf_shim_tcx_info(const struct bpf_link_info *info);

/* The arm of union bpf_attr for BPF_PROG_QUERY, as of Linux 6.6. An older kernel refuses what is
 * not zero and behind its own last member: program_attach_flags before 6.1, link_ids before 6.6.
 */
struct bpf_shim_query {
	uint32_t target; /* a cgroup's descriptor, or an interface's index */
	uint32_t attach_type;
	uint32_t query_flags;
	uint32_t attach_flags; /* out */
	uint32_t *program_ids;
	uint32_t count; /* in: room in the arrays; out: how many there are */
	uint32_t padding;
	uint32_t *program_attach_flags;
	uint32_t *link_ids;
	uint32_t *link_attach_flags;
	uint64_t revision; /* out */
};

int bpf_shim_query(struct bpf_shim_query *query);

/* Writes all types of a file of BTF, raw or an ELF section, as a C header. -ENODATA: without BTF. */
int bpf_shim_write_types(const char *btf, const char *header);

/* The kind of a perf event's link, enum bpf_perf_event_type (Linux 6.6); 0 if the kernel is older. */
uint32_t bpf_shim_perf_event_kind(const struct bpf_link_info *info);

/* The name of what a link is on: of a raw tracepoint, an iterator, a perf event. -ENODATA: none. */
int bpf_shim_link_name(int link, char *name, uint32_t size);

/* Where in an ELF file a function begins. -ESRCH: there is none; -ENOEXEC: it is no ELF file. */
int bpf_shim_function_offset(const char *path, const char *function, uint64_t *offset);

/* perf_event_open(2) of the clock of one CPU, so many times a second: a descriptor. */
int bpf_shim_open_clock(uint64_t frequency, int cpu);

enum bpf_shim_perf_type {
	BPF_SHIM_PERF_TRACEPOINT = 2, /* PERF_TYPE_TRACEPOINT */
};

/* perf_event_open(2) of an event that a program can be attached to: a descriptor.
 * type: what /sys/bus/event_source/devices/kprobe/type holds, or a bpf_shim_perf_type
 * config: flags of a probe; the id of a tracepoint
 * name: of the function, or the path of the file; NULL for a tracepoint
 */
int bpf_shim_open_perf_event(uint32_t type, uint64_t config, const char *name, uint64_t offset);

/* The reading end of a perf buffer, a map of type BPF_MAP_TYPE_PERF_EVENT_ARRAY. */
struct bpf_shim_perf_buffer;
typedef void (*bpf_shim_record_function)(void *context, const void *bytes, uint32_t size);
typedef void (*bpf_shim_lost_function)(void *context, uint64_t count);

/* pages: for each CPU, a power of two. NULL: errno says why. Takes the place of another reader. */
struct bpf_shim_perf_buffer *bpf_shim_open_perf_buffer(int map, size_t pages,
						       bpf_shim_record_function record,
						       bpf_shim_lost_function lost, void *context);
int bpf_shim_poll_perf_buffer(struct bpf_shim_perf_buffer *buffer, int milliseconds);
void bpf_shim_close_perf_buffer(struct bpf_shim_perf_buffer *buffer);

/* Loads the object, whose XDP program of this name joins what is on the interface, by libxdp. Passed packets
 * go on to the next program. mode: enum xdp_attach_mode.
 */
int bpf_shim_join_dispatcher(struct bpf_object *object, const char *program, int interface_index,
			     unsigned int mode, unsigned int priority, bool frags);
/* Takes the program of this id out of the interface's dispatcher; not there is no error. */
int bpf_shim_leave_dispatcher(unsigned int program, int interface_index);
