// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Types of every kind, for the reader of BTF. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum colour { RED = 1, GREEN = -2 };
enum wide { HUGE_VALUE = 0xffffffffffffffffULL };

struct inner;
typedef __u32 number;
typedef int (*callback)(const char *, number);

struct outer {
	number id;
	__u8 low : 3;
	__u8 high : 5;
	enum colour colour;
	enum wide wide;
	struct inner *opaque;
	callback call;
	union {
		__u64 bits;
		double real;
	};
	const char *const names[2];
	int matrix[2][3];
	_Bool flag;
	int (*table)[4];
	int (*(*maker)(int))(const volatile void *restrict);
	char tail[];
};

struct outer *instance; /* keeps the types, and is a variable in .bss */

__noinline int add(struct outer *a, int b)
{
	return a ? b + 1 : b;
}

SEC("socket")
int run(struct __sk_buff *skb)
{
	return add(instance, (int)skb->len);
}

char LICENSE[] SEC("license") = "GPL";
