/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events of the packets that a filter judges: those that a rule logs, what monitoring would drop,
 * what the block list dropped, and samples. Include the hook's header of events first.
 *
 */
#ifndef NETCTL_EVENTS_H
#define NETCTL_EVENTS_H

#include <bpf/bpf_helpers.h>
#include <netctl/abi.h>
#include "lib/offer.h"
#include "lib/packet.h"
#include "lib/report_packet.h"
#include "lib/rule_logs.h"

enum {
	/* Of a rule's number: it counted the packet, and another decided. */
	REPORT_COUNTED = 1u << 31,
};

/* Makes the event of a packet that has been judged. Global, so that the filter pays for it with one
 * call, and the verifier once.
 *
 */
__attribute__((noinline)) int report(hook_ctx *ctx, struct packet *packet, __u32 verdict,
				     __u32 slot, __u32 rule)
{
	struct netctl_rule_log *log;
	struct draft *draft;
	bool counted = rule & REPORT_COUNTED, due;
	__u32 guard;

	if (!emits || !packet)
		return 0;
	rule &= ~REPORT_COUNTED;
	guard = watched();
	if (verdict == NETCTL_VERDICT_DROP && guard & NETCTL_GUARD_KERNEL)
		note_own_drop(ctx, guard & NETCTL_GUARD_READERS);
	log = log_of(slot, rule);
	if (!log || !(log->logs || guard & NETCTL_GUARD_SAMPLE))
		return 0;
	draft = take_draft();
	if (!draft) {
		lose(guard, event_hook);
		return 0;
	}
	draft->event.time = bpf_ktime_get_boot_ns();
	draft->event.verdict = verdict;
	if (counted)
		draft->event.flags = NETCTL_EVENT_COUNTED;
	place(&draft->event, ctx);
	describe(&draft->event, packet);
	due = attribute(&draft->event, log, slot, rule);
	find_sockets(ctx, &draft->event);
	if (guard & NETCTL_GUARD_CAPTURE)
		capture(ctx, draft, packet);
	offer_all(draft, guard, due);
	give_back(draft);
	return 0;
}

#endif
