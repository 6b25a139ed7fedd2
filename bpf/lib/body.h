/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every hook does with a packet: parse, classify, count once, return a verdict. */
#ifndef NETCTL_BODY_H
#define NETCTL_BODY_H

#include "lib/classify.h"
#include "lib/counters.h"
#include "lib/parse.h"

/* The bodies of one attachment, by enum netctl_body. The stub calls the active one; what replaces it
 * for a time (a pause) can call the one behind it.
 *
 * writes  the control plane, one element at a time: a packet meets the old body or the new one
 * since   Linux 4.2; programs share type and frags flag
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, NETCTL_BODY_MAX);
	__type(key, __u32);
	__type(value, __u32);
} bodies SEC(".maps");

/* A pause ends by itself at this time, ns since boot; 0: when the operator resumes. */
const volatile __u64 paused_until = 0;

static __always_inline struct judgement judge(hook_ctx *ctx, struct packet *packet)
{
	enum netctl_reason reason = parse(ctx, packet);

	/* Without an L3 length the parser did not ask what is behind the linear part. */
	if (reason != NETCTL_REASON_RULE)
		packet->length = whole_length(ctx);
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
	count(judgement.slot, packet.length);
	return judgement.verdict;
}

/* Passes, whatever it is. */
static __always_inline void count_passed(hook_ctx *ctx, enum netctl_reason reason)
{
	count(netctl_slot(reason, NETCTL_VERDICT_PASS), whole_length(ctx));
}

/* True while a pause lasts. */
static __always_inline bool is_paused(void)
{
	return !paused_until || bpf_ktime_get_boot_ns() < paused_until;
}

#endif
