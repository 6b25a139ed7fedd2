/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What programs on tracepoints and kernel functions include: BPF_PROG, and what they read. */
#ifndef NETCTL_TRACING_H
#define NETCTL_TRACING_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "lib/kernel_types.h"

/* BPF_PROG gives each program a `ctx` that most of them do not look at. */
#pragma clang diagnostic ignored "-Wunused-parameter"

#endif
