/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every hook does with a packet: parse, classify, count once, return a verdict. */
#ifndef NETCTL_BODY_H
#define NETCTL_BODY_H

#include "lib/block.h"
#include "lib/bodies.h"
#include "lib/classify.h"
#include "lib/counters.h"
#include "lib/events.h"
#include "lib/parse.h"
#include "lib/talkers.h"

static __always_inline struct judgement judge(hook_ctx *ctx, struct packet *packet)
{
	enum netctl_reason reason = parse(ctx, packet);

	if (reason != NETCTL_REASON_RULE)
		/* Without an L3 length the parser did not ask what is behind the linear part. */
		packet->length = whole_length(ctx);
	else if (is_blocked(packet))
		return judged(NETCTL_REASON_BLOCK, NETCTL_VERDICT_DROP);
	if (reason == NETCTL_REASON_RULE || (reason == NETCTL_REASON_NON_IP && judges_non_ip))
		return classify(packet);
	return judged(reason, reason == NETCTL_REASON_NON_IP ? non_ip_verdict : malformed_verdict);
}

/* The verdict of the filter; the packet is counted. */
static __always_inline enum netctl_verdict filter(hook_ctx *ctx)
{
	struct packet packet = {};
	struct judgement judgement = judge(ctx, &packet);

	/* Asked before the packet is counted: there may be nowhere to go. */
	if (redirects && judgement.verdict == NETCTL_VERDICT_REDIRECT && !redirect(judgement.rule))
		judgement = aborted();
	/* For the verifier, once for all judgements. */
	judgement.verdict = forget(judgement.verdict, packet.length);
	judgement.slot = forget(judgement.slot, judgement.verdict);
	count(judgement.slot, counted_bytes(&packet));
	note_source(&packet, judgement.verdict == NETCTL_VERDICT_DROP);
	if (emits && watched()) {
		if (packet.counted)
			report(ctx, &packet, judgement.verdict, NETCTL_SLOT_RULES,
			       (packet.counted - 1) | REPORT_COUNTED);
		report(ctx, &packet, judgement.verdict, judgement.slot, judgement.rule);
	}
	return judgement.verdict;
}

/* What judges where no policy is: the block list. Everything else passes. */
static __always_inline enum netctl_verdict block(hook_ctx *ctx)
{
	enum netctl_reason reason = NETCTL_REASON_DEFAULT;
	enum netctl_verdict verdict = NETCTL_VERDICT_PASS;
	struct packet packet = {};

	if (parse(ctx, &packet) != NETCTL_REASON_RULE) {
		packet.length = whole_length(ctx);
	} else if (is_blocked(&packet)) {
		reason = NETCTL_REASON_BLOCK;
		verdict = NETCTL_VERDICT_DROP;
	}
	count(netctl_slot(reason, verdict), counted_bytes(&packet));
	note_source(&packet, verdict == NETCTL_VERDICT_DROP);
	if (emits && watched())
		report(ctx, &packet, verdict, netctl_slot(reason, verdict), 0);
	return verdict;
}

/* Passes, whatever it is. */
static __always_inline void count_passed(hook_ctx *ctx, enum netctl_reason reason)
{
	struct link_layer link = link_layer(ctx);

	count(netctl_slot(reason, NETCTL_VERDICT_PASS), whole_length(ctx) + link.hidden);
}

/* What sits on the hook: calls the body in force, or the one that judges without a policy. */
static __always_inline enum netctl_verdict stub(hook_ctx *ctx)
{
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_ACTIVE);
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_BLOCK);
	count_passed(ctx, NETCTL_REASON_DEFAULT);
	return NETCTL_VERDICT_PASS;
}

/* The body of a pause: passes and counts, and past its time hands over to the policy behind it. */
static __always_inline enum netctl_verdict paused(hook_ctx *ctx)
{
	if (is_paused()) {
		count_passed(ctx, NETCTL_REASON_PAUSED);
		return NETCTL_VERDICT_PASS;
	}
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_POLICY);
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_BLOCK);
	count_passed(ctx, NETCTL_REASON_DEFAULT);
	return NETCTL_VERDICT_PASS;
}

/* The body of an apply that awaits its confirmation: the new policy, and past the deadline the one
 * that it replaced, whoever is dead.
 */
static __always_inline enum netctl_verdict pending(hook_ctx *ctx)
{
	bpf_tail_call(ctx, &bodies, awaited_body());
	bpf_tail_call(ctx, &bodies, NETCTL_BODY_BLOCK);
	count_passed(ctx, NETCTL_REASON_DEFAULT);
	return NETCTL_VERDICT_PASS;
}

#endif
