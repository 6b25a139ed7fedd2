/* Headers of libbpf, seen by Swift as module CLibbpf. */
#pragma once
#include <bpf/libbpf.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
