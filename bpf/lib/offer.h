/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Getting an event to those who want it, each within its own limit. */
#ifndef NETCTL_OFFER_H
#define NETCTL_OFFER_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/readers.h"

/* An event while it is put together, too large for the stack of a filter. */
struct draft {
	__u32 taken;
	__u32 reserved;
	struct netctl_event event;
	__u8 bytes[NETCTL_CAPTURE_MAX];
};

enum {
	/* A program on a cgroup hook can be interrupted by another, and that one by a softirq. */
	DRAFTS = 4,
	/* A reader is woken when so many bytes wait; it looks for fewer by itself. */
	WAKE_BYTES = 64 << 10,
};

/* Drafts of a body.
 *
 * full    the event is counted as lost
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DRAFTS);
	__type(key, __u32);
	__type(value, struct draft);
} event_drafts SEC(".maps");

/* A draft that nobody else on this CPU has; NULL: there are more interruptions than drafts. */
static __always_inline struct draft *take_draft(void)
{
	for (__u32 i = 0; i < DRAFTS; i++) {
		__u32 number = i;
		struct draft *draft = bpf_map_lookup_elem(&event_drafts, &number);

		if (!draft)
			return NULL;
		if (!__sync_lock_test_and_set(&draft->taken, 1)) {
			__builtin_memset(&draft->event, 0, sizeof(draft->event));
			return draft;
		}
	}
	return NULL;
}

static __always_inline void give_back(struct draft *draft)
{
	__sync_lock_test_and_set(&draft->taken, 0);
}

static __always_inline bool covers(const struct netctl_reader *reader, const __u8 *address)
{
	const __u32 *wanted = (const __u32 *)reader->address;
	const __u32 *mask = (const __u32 *)reader->mask;
	const __u32 *words = (const __u32 *)address;

	return !(((words[0] ^ wanted[0]) & mask[0]) | ((words[1] ^ wanted[1]) & mask[1]) |
		 ((words[2] ^ wanted[2]) & mask[2]) | ((words[3] ^ wanted[3]) & mask[3]));
}

/* Whether the event meets a reader's conditions. */
static __always_inline bool wants(const struct netctl_reader *reader,
				  const struct netctl_event *event)
{
	if (!(reader->hooks & 1u << (event->hook & 31)) ||
	    !(reader->verdicts & 1u << (event->verdict & 31)))
		return false;
	if (event->hook == NETCTL_HOOK_KERNEL) {
		if (reader->name)
			return false;
		if (reader->kernel_reason && reader->kernel_reason != event->reason + 1u)
			return false;
	} else if (!(reader->reasons & 1u << (event->reason & 31))) {
		return false;
	}
	if (reader->name && reader->name != event->name)
		return false;
	if (reader->netns && event->netns && reader->netns != event->netns)
		return false;
	if (reader->cgroup && reader->cgroup != event->cgroup)
		return false;
	if (reader->port && (!(event->flags & NETCTL_EVENT_L4) ||
			     (reader->port != event->sport && reader->port != event->dport)))
		return false;
	if (!reader->family)
		return true;
	return reader->family == event->family &&
	       (covers(reader, event->src) || covers(reader, event->dst));
}

/* Takes a token of the reader's limit; false when there is none. */
static __always_inline bool within_limit(const struct netctl_reader *reader,
					 struct netctl_event_count *count, __u64 now)
{
	__u64 full_at = count->full_at;

	if (!reader->interval)
		return true;
	if (full_at < now)
		full_at = now;
	if (full_at - now > reader->tolerance)
		return false;
	count->full_at = full_at + reader->interval;
	return true;
}

static __always_inline void held_back(struct netctl_event_count *count, __u64 events)
{
	__sync_fetch_and_add(&count->suppressed, 1);
	__sync_fetch_and_add(&count->held, events);
}

/* Offers an event to one reader, if it meets its conditions. Global: verified once, not for every
 * reader.
 *
 * due     0: the rule's own limit holds it back
 */
__attribute__((noinline)) int offer(struct draft *draft, __u32 number, __u32 due)
{
	struct netctl_event_count *count;
	__u64 suppressed, waiting, wake;
	struct netctl_reader *reader;
	__u32 index, size;
	void *ring;

	/* First: a program that makes no events has none of these maps, and before Linux 6.8 a global
	 * function is verified although nothing calls it.
	 */
	if (!emits || !draft)
		return 0;
	reader = bpf_map_lookup_elem(&event_readers, &number);
	if (!reader)
		return 0;
	if (!reader->active) {
		forget_reader(number);
		return 0;
	}
	if (!wants(reader, &draft->event))
		return 0;
	index = number * NETCTL_HOOK_MAX + draft->event.hook;
	count = bpf_map_lookup_elem(&event_counts, &index);
	if (!count)
		return 0;
	if (reader->sample) {
		/* Its own event is to come: a packet counts once. */
		if (draft->event.flags & NETCTL_EVENT_COUNTED)
			return 0;
		if (__sync_fetch_and_add(&count->sampled, 1) % reader->sample)
			return 0;
	} else if (draft->event.flags & NETCTL_EVENT_SAMPLED) {
		return 0; /* for others */
	} else if (!due) {
		__sync_fetch_and_add(&count->suppressed, 1);
		return 0;
	}
	suppressed = draft->event.suppressed;
	if (!within_limit(reader, count, draft->event.time)) {
		held_back(count, suppressed + 1);
		return 0;
	}
	ring = bpf_map_lookup_elem(&event_rings, &number);
	if (!ring)
		return 0;
	size = draft->event.captured;
	if (size > reader->captures)
		size = reader->captures;
	if (size > NETCTL_CAPTURE_MAX)
		size = NETCTL_CAPTURE_MAX;
	draft->event.suppressed = suppressed + count->held;
	waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	size += sizeof(draft->event);
	/* Once, not for every event of a reader that is behind. */
	wake = waiting < WAKE_BYTES && waiting + size >= WAKE_BYTES ? BPF_RB_FORCE_WAKEUP
								    : BPF_RB_NO_WAKEUP;
	if (bpf_ringbuf_output(ring, &draft->event, size, wake)) {
		__sync_fetch_and_add(&count->lost, 1);
	} else {
		__sync_fetch_and_add(&count->sent, 1);
		__sync_fetch_and_sub(&count->held, draft->event.suppressed - suppressed);
	}
	draft->event.suppressed = suppressed;
	return 0;
}

/* Counts an event that could not be put together. */
static __always_inline void lose(__u32 guard, __u32 hook)
{
	for (__u32 i = 0; i < NETCTL_READERS_MAX; i++) {
		__u32 index = i * NETCTL_HOOK_MAX + hook;
		struct netctl_event_count *count;

		if (!(guard & 1u << i))
			continue;
		count = bpf_map_lookup_elem(&event_counts, &index);
		if (count)
			__sync_fetch_and_add(&count->lost, 1);
	}
}

/* Offers an event to every reader of the guard. */
static __always_inline void offer_all(struct draft *draft, __u32 guard, bool due)
{
	for (__u32 i = 0; i < NETCTL_READERS_MAX; i++)
		if (guard & 1u << i)
			offer(draft, i, due);
}

#endif
