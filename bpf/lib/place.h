/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an attachment is, for its events. */
#ifndef NETCTL_PLACE_H
#define NETCTL_PLACE_H

#include <netctl/abi.h>

const volatile __u8 event_hook = NETCTL_HOOK_XDP;
const volatile __u32 place_interface = 0; /* index */
const volatile __u32 place_netns = 0; /* inode of its network namespace */
const volatile __u64 place_cgroup = 0; /* id */

static __always_inline void place_of_interface(struct netctl_event *event)
{
	event->hook = event_hook;
	event->interface = place_interface;
	event->netns = place_netns;
}

static __always_inline void place_of_cgroup(struct netctl_event *event)
{
	event->hook = event_hook;
	event->cgroup = place_cgroup;
}

#endif
