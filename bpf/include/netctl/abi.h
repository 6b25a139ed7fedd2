/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every struct, enum and limit that BPF programs and the control plane both see.
 *
 * Compiled for the bpf target and imported by Swift (module NetctlABI). Sizes are asserted by both
 * compilers. Integers are in host byte order unless a comment says network order.
 */
#ifndef NETCTL_ABI_H
#define NETCTL_ABI_H

#ifdef __bpf__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef int32_t __s32;
typedef uint32_t __u32;
typedef uint64_t __u64;
#endif

#define NETCTL_LAYOUT(type, size) _Static_assert(sizeof(type) == (size), #type " changed its size")

enum {
	/* Version of pins and maps; a change that an older netctl cannot read raises it. */
	NETCTL_ABI_VERSION = 2,
	/* The oldest version whose attachments this one can change: 1 had no block list. */
	NETCTL_ABI_OLDEST = 2,

	NETCTL_RULES_MAX = 4096,
	/* Rules are judged in words of 64: a row is at most this many words. */
	NETCTL_ROW_WORDS_MAX = NETCTL_RULES_MAX / 64,
	NETCTL_VLAN_TAGS_MAX = 2,
	/* Buckets of limits, of all rules of an attachment together. */
	NETCTL_BUCKETS = 65536,
	/* IPv6 extension headers walked before the packet takes the malformed verdict. */
	NETCTL_EXT_HEADERS_MAX = 8,
};

/* Entries of the program array `bodies`, one array an attachment. */
enum netctl_body {
	NETCTL_BODY_ACTIVE, /* what the stub calls */
	NETCTL_BODY_POLICY, /* what `resume` puts back while a pause is active */
	NETCTL_BODY_BLOCK, /* what the stub calls where no policy is: the block list alone */
	NETCTL_BODY_CANDIDATE, /* in force until the deadline while an apply awaits its confirmation */
	NETCTL_BODY_PREVIOUS, /* what the last apply replaced: in force past that deadline */
	NETCTL_BODY_MAX,
};

/* What happens to a packet; NONE for a rule that counts and goes on. */
enum netctl_verdict {
	NETCTL_VERDICT_NONE,
	NETCTL_VERDICT_PASS,
	NETCTL_VERDICT_DROP,
	NETCTL_VERDICT_REDIRECT,
	NETCTL_VERDICT_TX,
	NETCTL_VERDICT_ABORTED,
	NETCTL_VERDICT_MAX,
};

/* Why. The order is the order in which reports list them. */
enum netctl_reason {
	NETCTL_REASON_RULE,
	NETCTL_REASON_DEFAULT,
	NETCTL_REASON_BLOCK,
	NETCTL_REASON_MONITOR,
	NETCTL_REASON_PAUSED,
	NETCTL_REASON_MALFORMED,
	NETCTL_REASON_TRUNCATED,
	NETCTL_REASON_EXT_HEADERS,
	NETCTL_REASON_VLAN_DEPTH,
	NETCTL_REASON_NON_IP,
	NETCTL_REASON_MAX,
};

/* One slot of `counters`. `bytes` start at the Ethernet header where there is one, else at L3. */
struct netctl_counter {
	__u64 packets;
	__u64 bytes;
};
NETCTL_LAYOUT(struct netctl_counter, 16);

/* Slots of `counters`. A block of NETCTL_SLOTS slots for each CPU number, then one that only the
 * control plane writes (what removed rules had counted, minus what `stats --reset` forgot): a total
 * is the sum of a slot over all blocks, modulo 2^64. Blocks are whole pages.
 * First a slot for each (reason, verdict); rules get theirs behind, by name, from the control plane.
 */
enum {
	NETCTL_SLOT_RULES = NETCTL_REASON_MAX * NETCTL_VERDICT_MAX,
	/* Three times the rules: while a policy is replaced, the old one, the new one and the one
	 * before, to which one can still go back, all have theirs.
	 */
	NETCTL_SLOTS = 49 * 256,
};
_Static_assert(NETCTL_SLOTS >= NETCTL_SLOT_RULES + 3 * NETCTL_RULES_MAX,
	       "slots for three policies");
_Static_assert(NETCTL_SLOTS * sizeof(struct netctl_counter) % 4096 == 0, "blocks are whole pages");

static inline __u32 netctl_slot(enum netctl_reason reason, enum netctl_verdict verdict)
{
	return (__u32)reason * NETCTL_VERDICT_MAX + (__u32)verdict;
}

/* Dimensions of the classifier. Each maps a field of the packet to a class and a class to a row: a
 * bitmap with a bit for every rule that this value satisfies.
 */
enum netctl_dimension {
	NETCTL_DIMENSION_SRC,
	NETCTL_DIMENSION_DST,
	NETCTL_DIMENSION_PROTO,
	NETCTL_DIMENSION_SPORT,
	NETCTL_DIMENSION_DPORT,
	NETCTL_DIMENSION_TCP_FLAGS,
	NETCTL_DIMENSION_ICMP, /* type and code, of ICMP and of ICMPv6 */
	NETCTL_DIMENSION_ETHERTYPE, /* after VLAN tags */
	NETCTL_DIMENSION_VLAN, /* the outermost tag */
	NETCTL_DIMENSION_FRAGMENT,
	NETCTL_DIMENSION_LENGTH, /* of the L3 packet */
	NETCTL_DIMENSION_TTL,
	NETCTL_DIMENSION_DSCP,
	NETCTL_DIMENSION_EXT_HEADER,
	NETCTL_DIMENSION_MARK, /* of the skb */
	NETCTL_DIMENSION_MAX,
};

/* How many values a dimension has; what is larger counts as the last one. Of marks there are too many
 * for a table: `mark_prefix` has them.
 */
enum {
	NETCTL_PROTO_VALUES = 256,
	NETCTL_PORT_VALUES = 65536,
	NETCTL_TCP_FLAGS_VALUES = 256,
	NETCTL_ICMPV6_FIRST = 65536, /* ICMP: type * 256 + code; ICMPv6 behind it */
	NETCTL_ICMP_VALUES = 2 * NETCTL_ICMPV6_FIRST,
	NETCTL_ETHERTYPE_VALUES = 65536,
	NETCTL_VLAN_NONE = 4096,
	NETCTL_VLAN_VALUES = NETCTL_VLAN_NONE + 1,
	NETCTL_FRAGMENT_VALUES = 2,
	NETCTL_LENGTH_VALUES = 65536,
	NETCTL_TTL_VALUES = 256,
	NETCTL_DSCP_VALUES = 64,
	NETCTL_EXT_HEADER_VALUES = 256, /* a set of enum netctl_ext_header */
};

/* IPv6 extension headers, as bits of a set. */
enum netctl_ext_header {
	NETCTL_EXT_HOP_BY_HOP = 1 << 0,
	NETCTL_EXT_ROUTING = 1 << 1,
	NETCTL_EXT_FRAGMENT = 1 << 2,
	NETCTL_EXT_AUTHENTICATION = 1 << 3,
	NETCTL_EXT_DESTINATION = 1 << 4,
	NETCTL_EXT_MOBILITY = 1 << 5,
	NETCTL_EXT_HIP = 1 << 6,
	NETCTL_EXT_SHIM6 = 1 << 7,
};

/* Classes that every dimension but the addresses reserves. */
enum netctl_class {
	NETCTL_CLASS_ABSENT, /* the packet has no such field */
	NETCTL_CLASS_UNREADABLE, /* it should have, but the bytes are not there */
	NETCTL_CLASS_FIRST,
};

/* The fields that a packet may lack readable bytes for, and that a rule may need. */
enum {
	NETCTL_FIELD_CHAIN = 1 << 0, /* behind IPv6 extension headers that cannot be walked */
	NETCTL_FIELD_L4 = 1 << 1,
};

/* Whose packets a limit counts together. */
enum netctl_limit_per {
	NETCTL_LIMIT_NONE, /* the rule has no limit */
	NETCTL_LIMIT_ALL,
	NETCTL_LIMIT_SRC, /* IPv4 /32, IPv6 /64 */
	NETCTL_LIMIT_SRC_NET, /* /24, /56 */
	NETCTL_LIMIT_MAX,
};

/* One element of `rules`, in the order of the filter. */
struct netctl_rule {
	__u8 verdict; /* enum netctl_verdict; NONE counts and goes on */
	__u8 needs; /* NETCTL_FIELD_*: unreadable in the packet, the rule cannot be judged */
	__u8 limit_per; /* enum netctl_limit_per; with a limit the rule is for what exceeds it */
	__u8 logs; /* it counts, and what it counts becomes events */
	__u32 slot; /* into `counters`; names the rule's buckets, too */
	__u64 limit_interval; /* ns between two packets at the limit's rate */
	__u64 limit_tolerance; /* ns: the burst times the interval */
};
NETCTL_LAYOUT(struct netctl_rule, 24);

/* Key of `limits`: a bucket of a rule. */
struct netctl_bucket_key {
	__u32 slot; /* of the rule */
	__u8 address[16]; /* network order, host bits zero; all zero for a limit on all */
};
NETCTL_LAYOUT(struct netctl_bucket_key, 20);

/* What an address class leads to: an element of `src_row` or `dst_row`.
 * DECIDED: the first rule that can match this address needs nothing else; the low bits are that
 * rule. Otherwise they are a row.
 */
enum {
	NETCTL_ROW_DECIDED = 1u << 31,
	NETCTL_ROW_INDEX = NETCTL_ROW_DECIDED - 1,
};

/* What a device rule is about besides numbers: kinds of nodes and of access, as the kernel gives them
 * to programs on the cgroup device hook (BPF_DEVCG_DEV_*, BPF_DEVCG_ACC_*).
 */
enum {
	NETCTL_DEVICE_BLOCK = 1 << 0,
	NETCTL_DEVICE_CHARACTER = 1 << 1,
	NETCTL_ACCESS_MKNOD = 1 << 0,
	NETCTL_ACCESS_READ = 1 << 1,
	NETCTL_ACCESS_WRITE = 1 << 2,
	NETCTL_DEVICE_ANY = 0xffffffffu, /* any major or minor */
	NETCTL_DEVICE_RULES_MAX = 1024,
};

/* One element of `device_rules`, in the order of the list. A rule that passes matches a request when
 * it has all of its access bits, one that drops when it has any of them.
 */
struct netctl_device_rule {
	__u32 kinds; /* NETCTL_DEVICE_BLOCK, NETCTL_DEVICE_CHARACTER */
	__u32 major; /* or NETCTL_DEVICE_ANY */
	__u32 minor;
	__u16 access; /* NETCTL_ACCESS_* */
	__u8 allows; /* otherwise it denies */
	__u8 verdict; /* enum netctl_verdict: what it leads to, monitored or not */
	__u32 slot; /* into `counters` */
};
NETCTL_LAYOUT(struct netctl_device_rule, 20);

/* An entry of the IPv4 trie: a class, or where the next eight bits of the address are looked up.
 *
 * The root has an entry for each /16. Where the trie is ranked these are classes, and there follow a bit
 * for each /24, set if that has a netctl_net4, and for each word of these bits a __u32: how many bits are
 * set in the words before.
 */
enum {
	NETCTL_TRIE4_BLOCK = 1u << 31, /* in this block of 256 entries */
	NETCTL_TRIE4_LEAF = 1u << 30, /* in this leaf; only of the last eight bits */
	NETCTL_TRIE4_INDEX = NETCTL_TRIE4_LEAF - 1,
	NETCTL_TRIE4_ROOT_ENTRIES = 65536,
	/* Where the trie is ranked: words of 64 bits, a bit for each /24. */
	NETCTL_TRIE4_WORDS = 1 << 18,
	/* In one element of an array, 64 KB. */
	NETCTL_TRIE4_BLOCKS = 64,
	NETCTL_TRIE4_NETS = 8192,
	NETCTL_TRIE4_LEAVES = 1024,
};

/* A /24 of a ranked trie. Most have one prefix inside, and lead nowhere. */
struct netctl_net4 {
	__u32 entry; /* a class, or a leaf */
	__u16 first; /* of the addresses that it is for; the others are of the class of the /16 */
	__u16 count; /* 1..256 */
};
NETCTL_LAYOUT(struct netctl_net4, 8);

/* A /24 whose addresses are of two classes. One of more has a block, which both classes name. */
struct netctl_leaf4 {
	__u64 inside[4]; /* a bit for each address */
	__u32 class_inside;
	__u32 class_outside;
	__u64 reserved[3]; /* a cache line */
};
NETCTL_LAYOUT(struct netctl_leaf4, 64);

/* Key of an LPM trie over marks; the kernel reads the address as network-order bytes. */
struct netctl_lpm4_key {
	__u32 prefixlen; /* 0..32 */
	__u8 address[4];
};
NETCTL_LAYOUT(struct netctl_lpm4_key, 8);

/* IPv6 prefixes: a hash for each length, and a tree of the lengths to search by. */
enum {
	/* A tree of this depth has room for all 128 lengths. */
	NETCTL_SEARCH6_STEPS = 8,
	NETCTL_LINE6_ENTRIES = 3,
	/* In one element of an array, 64 KB. */
	NETCTL_SEARCH6_LINES = 1024,
};

/* An entry of a line: a class, and whether there is more to find. 0 is no entry. */
enum {
	NETCTL_ENTRY6_USED = 1u << 31,
	NETCTL_ENTRY6_LONGER = 1u << 30, /* longer prefixes begin like this one */
	NETCTL_ENTRY6_CLASS = NETCTL_ENTRY6_LONGER - 1,
};

/* Odd numbers without a pattern (from the golden ratio and pi). */
#define NETCTL_SEARCH6_FACTOR_HIGH 0x9e3779b97f4a7c15u
#define NETCTL_SEARCH6_FACTOR_LOW  0x243f6a8885a308d3u

/* A cache line of the hash of one length. It is filled in order. */
struct netctl_line6 {
	__u64 high[NETCTL_LINE6_ENTRIES]; /* of the prefix, host order, host bits zero */
	__u64 low[NETCTL_LINE6_ENTRIES];
	__u32 entry[NETCTL_LINE6_ENTRIES];
	__u32 reserved;
};
NETCTL_LAYOUT(struct netctl_line6, 64);

/* A length: where its lines are, and which length to look at next. 0 ends the search. */
struct netctl_length6 {
	__u64 high_mask;
	__u64 low_mask;
	__u32 first_line;
	__u32 lines;
	__u8 shorter; /* when the address has no entry here */
	__u8 longer; /* when its entry says so */
	__u8 reserved[6];
};
NETCTL_LAYOUT(struct netctl_length6, 32);

struct netctl_search6 {
	__u64 seed; /* of the hash: with it every prefix has found room in one of its two lines */
	__u32 class_of_all; /* of addresses that no entry has */
	__u32 first_length; /* where the search begins; 0: there are no prefixes */
	struct netctl_length6 length[129]; /* by length */
};
NETCTL_LAYOUT(struct netctl_search6, 16 + 129 * 32);

enum {
	/* Entries of the block list, on all attachments together. */
	NETCTL_BLOCK_ENTRIES = 1 << 20,
	NETCTL_BLOCK_REASON_BYTES = 80,
	NETCTL_BLOCK_LENGTHS4 = 33, /* prefixes of 0..32 bits */
	NETCTL_BLOCK_LENGTHS6 = 129,
	NETCTL_BLOCK_WORDS6 = 3, /* of bits, one for each of these */
};

/* Key of `block_list`: a prefix, its address as a number. IPv4 is in the upper half of `high`, so that
 * one mask fits both.
 */
struct netctl_block_key {
	__u64 high, low; /* host bits zero */
	__u32 length;
	__u32 family; /* 4 or 6 */
};
NETCTL_LAYOUT(struct netctl_block_key, 24);

/* Value of `block_list`. With the kernel's own 80 bytes an entry takes 192. */
struct netctl_block_entry {
	__u64 expires; /* ns since boot; 0: never */
	__u64 packets; /* that this entry dropped, on any attachment; a monitored one included */
	__u64 bytes;
	__u64 added; /* ns since boot */
	__u8 reason[NETCTL_BLOCK_REASON_BYTES]; /* UTF-8, filled up with zeros */
};
NETCTL_LAYOUT(struct netctl_block_entry, 112);

/* The one element of `block_guard`: which prefix lengths `block_list` has. A length of no entries costs
 * a look-up; an entry whose length is not told is not found.
 */
struct netctl_block_guard {
	/* Bit 32 - length, so that the lowest bit is the longest prefix. */
	__u64 ipv4;
	/* Bit 128 - length: of word 0 first. */
	__u64 ipv6[NETCTL_BLOCK_WORDS6];
	/* What follows is the control plane's own. */
	__u32 changing; /* not 0: a change is under way, or was cut short and `entries` may be wrong */
	__u32 swept; /* where the search for what has expired goes on */
	__u64 earliest; /* before this time nothing expires; 0: nothing ever has an end */
	__u64 earliest_seen; /* the same, of what the search has seen so far */
	__u64 adding; /* when the addition under way began: its entries' `added`; 0: none is */
	__u32 entries4[NETCTL_BLOCK_LENGTHS4]; /* how many there are, by length */
	__u32 entries6[NETCTL_BLOCK_LENGTHS6];
};
NETCTL_LAYOUT(struct netctl_block_guard, 712);

/* A source of packets. Of the four that share a set, one that is new takes the place of the one with
 * the fewest packets (Space-Saving: Metwally, Agrawal, El Abbadi 2005).
 */
struct netctl_talker {
	__u64 high, low; /* the address as a number; IPv4 mapped into IPv6 */
	__u64 packets; /* since it took its place: so many at least */
	__u64 before; /* and at most so many more before */
	__u64 bytes; /* of `packets` */
	__u64 dropped; /* of `packets` */
};
NETCTL_LAYOUT(struct netctl_talker, 48);

enum {
	NETCTL_TALKERS_IN_SET = 4,
	NETCTL_TALKER_SETS = 128, /* a CPU's, of one attachment */
};

struct netctl_talker_set {
	struct netctl_talker talkers[NETCTL_TALKERS_IN_SET];
};
NETCTL_LAYOUT(struct netctl_talker_set, 192);

/* What an element of `talkers` begins with; sets follow. */
struct netctl_talkers_header {
	/* Odd and random, alike on all CPUs: which sources share a set cannot be chosen. */
	__u64 multipliers[2];
	__u64 reserved[6]; /* a cache line */
};
NETCTL_LAYOUT(struct netctl_talkers_header, 64);

/* How it is known whose socket it is: what the owner did when it was seen. */
enum netctl_origin {
	NETCTL_ORIGIN_UNKNOWN,
	NETCTL_ORIGIN_CREATE, /* called socket() */
	NETCTL_ORIGIN_BIND,
	NETCTL_ORIGIN_CONNECT,
	NETCTL_ORIGIN_SEND, /* sent a datagram to an address */
	NETCTL_ORIGIN_INHERIT, /* owns the listener that the connection came in by */
	NETCTL_ORIGIN_ACCEPT, /* accepted the connection */
	NETCTL_ORIGIN_USE, /* sent or received */
	NETCTL_ORIGIN_SCAN, /* held it in a descriptor when all were read */
	NETCTL_ORIGIN_MAX,
};

/* How a socket was found that an event names. */
enum netctl_how {
	NETCTL_HOW_NONE, /* there is none, or none that is known */
	NETCTL_HOW_SKB, /* the packet's own: of its sender; on cgroup-ingress of its receiver */
	NETCTL_HOW_LISTENER, /* the listener of a handshake that the packet belongs to */
	NETCTL_HOW_LOOKUP, /* the one that the addresses lead to */
	NETCTL_HOW_RECEIVER, /* the one that the kernel was handing the packet to */
	NETCTL_HOW_TASK, /* the process that asks, of a device request */
	NETCTL_HOW_MAX,
};

/* A socket and whose it is: an element of `socket_context` or, closed, of `socket_recent`.
 * Times are ns of the boot clock. The owner is the process that was last seen to do with the socket
 * what names it for certain; (tgid, task_start) tells it from a later process with its number.
 * The cookie comes first: elements are used again at once, and a copy is of this socket if its
 * cookie still was there when the rest had been copied.
 */
struct netctl_socket {
	__u64 cookie;
	__u64 cgroup_id; /* of the owner, cgroup v2 */
	__u64 task_start; /* when the owner's process started */
	__u64 created; /* when the socket was first seen */
	__u64 closed; /* 0: it is open */
	__u32 tgid;
	__u32 tid;
	__u32 uid;
	__u32 gid;
	__u32 creator; /* tgid of who called socket(); 0: unknown */
	__u32 netns; /* inode of the network namespace */
	__u16 local_port;
	__u16 remote_port;
	__u8 family; /* AF_INET, AF_INET6 */
	__u8 protocol; /* IPPROTO_* */
	__u8 type; /* SOCK_* */
	__u8 state; /* TCP_*; 0: not known, or no TCP */
	__u8 origin; /* enum netctl_origin */
	__u8 closed_in; /* TCP_*: the last state before the end */
	__u8 flags; /* NETCTL_SOCKET_* */
	__u8 reserved;
	__u32 retransmits; /* counted while `netctl context` is on */
	__u8 local[16]; /* network order; IPv4: the first four */
	__u8 remote[16];
	char comm[16]; /* of the owner's process, not of its thread */
};
NETCTL_LAYOUT(struct netctl_socket, 128);

enum {
	NETCTL_SOCKET_RESET_SENT = 1 << 0,
	NETCTL_SOCKET_RESET_RECEIVED = 1 << 1,

	NETCTL_SOCKETS = 65536, /* open ones that are known at a time */
	NETCTL_SOCKETS_RECENT = 8192, /* closed ones that are remembered */
	NETCTL_DROPS = 4096, /* kinds of drops that are remembered, of a flow and a reason each */
};

/* Key of `drop_history`: what the kernel dropped, and why. */
struct netctl_drop_key {
	__u32 netns; /* inode */
	__u32 reason; /* the running kernel's enum skb_drop_reason */
	__u16 sport;
	__u16 dport;
	__u8 family; /* AF_INET, AF_INET6 */
	__u8 protocol;
	__u8 reserved[2];
	__u8 src[16]; /* network order; IPv4: the first four */
	__u8 dst[16];
};
NETCTL_LAYOUT(struct netctl_drop_key, 48);

/* Times are ns of the boot clock. */
struct netctl_drop {
	__u64 first;
	__u64 last;
	__u64 count;
	__u64 location; /* the kernel's code that dropped the last one */
	__u64 cookie; /* of the socket that it was for or came from; 0: none */
	__u32 interface; /* index, in `netns`; 0: none */
	__u8 received; /* `cookie` is the receiver's, else the sender's */
	__u8 reserved[3];
};
NETCTL_LAYOUT(struct netctl_drop, 48);

/* The element of `context_totals`. */
struct netctl_context_totals {
	__u64 full; /* sockets that found no room in `socket_context` */
	__u64 reserved;
};
NETCTL_LAYOUT(struct netctl_context_totals, 16);

/* Where programs run; KERNEL for drops that no hook of ours decided. */
enum netctl_hook {
	NETCTL_HOOK_XDP,
	NETCTL_HOOK_TC_INGRESS,
	NETCTL_HOOK_TC_EGRESS,
	NETCTL_HOOK_CGROUP_INGRESS,
	NETCTL_HOOK_CGROUP_EGRESS,
	NETCTL_HOOK_CGROUP_DEVICE,
	NETCTL_HOOK_KERNEL,
	NETCTL_HOOK_MAX,
};

/* Bits of netctl_event.flags. */
enum {
	NETCTL_EVENT_RULE = 1 << 0, /* `rule` and `name` are valid */
	NETCTL_EVENT_COUNTED = 1 << 1, /* the rule counted the packet, it did not decide */
	NETCTL_EVENT_L4 = 1 << 2, /* what the protocol has of ports, flags and type was read */
	NETCTL_EVENT_FRAGMENT = 1 << 3,
	NETCTL_EVENT_ETHERNET = 1 << 4, /* captured bytes begin with an Ethernet header */
	NETCTL_EVENT_SAMPLED = 1 << 5, /* seen for a reader's sample, not because a rule logs */
};

enum {
	/* Bytes of a packet that an event can carry, headers alone. */
	NETCTL_CAPTURE_MAX = 256,
	NETCTL_COMM_MAX = 16, /* TASK_COMM_LEN */
	/* At the same time: netctl events, top, capture, why. */
	NETCTL_READERS_MAX = 8,
};

/* What happened, and to what. Followed by `captured` bytes of the packet.
 * Fields that a hook or packet does not have are 0. */
struct netctl_event {
	__u64 time; /* ns since boot */
	__u64 body; /* of a hook of ours: the number that the control plane gave to what decided */
	__u64 cgroup; /* id; on cgroup hooks the attachment's */
	__u64 location; /* kernel: the code that dropped the packet */
	__u64 src_cookie; /* of the sending socket */
	__u64 dst_cookie; /* of the receiving one */
	__u64 suppressed; /* events like it that were held back since the last one */
	__u32 rule; /* its number in the filter */
	__u32 name; /* hash of its name: FNV-1a, never 0 */
	__u32 length; /* of the packet as the hook was handed it, an Ethernet header included */
	__u32 interface; /* index */
	__u32 netns; /* inode of the interface's or socket's network namespace */
	__u32 pid; /* of the process that asks, as uid and comm are: on the device hook alone */
	__u32 uid;
	__u32 major; /* of a device request */
	__u32 minor;
	__u32 captured;
	__u32 reason; /* enum netctl_reason; kernel: its own enum skb_drop_reason */
	__u16 ethertype;
	__u16 sport, dport;
	__u16 access; /* of a device request: NETCTL_ACCESS_* */
	__u8 kind; /* of a device request: NETCTL_DEVICE_* */
	__u8 hook; /* enum netctl_hook */
	__u8 verdict; /* enum netctl_verdict */
	__u8 flags; /* NETCTL_EVENT_* */
	__u8 family; /* 4, 6; 0: not IP */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 icmp_type, icmp_code;
	__u8 src_how; /* enum netctl_how */
	__u8 dst_how;
	__u8 reserved;
	__u8 src[16], dst[16]; /* network order; IPv4 uses the first four bytes */
	char comm[NETCTL_COMM_MAX];
};
NETCTL_LAYOUT(struct netctl_event, 168);

/* Who reads events, and which. Conditions that are 0 are none. */
struct netctl_reader {
	__u64 interval; /* ns between two events of a CPU and hook at the limit's rate; 0: no limit */
	__u64 tolerance; /* ns: the burst times the interval */
	__u64 cgroup; /* of the attachment */
	__u32 active;
	__u32 owner; /* its process */
	__u32 sample; /* one of so many packets, whatever rules say */
	__u32 hooks; /* bits by enum netctl_hook */
	__u32 verdicts; /* bits by enum netctl_verdict */
	__u32 reasons; /* bits by enum netctl_reason, of hooks of ours */
	__u32 kernel_reason; /* plus 1 */
	__u32 name; /* hash of a rule's name */
	__u32 netns;
	__u32 captures; /* bytes of packets, at most NETCTL_CAPTURE_MAX */
	__u16 port; /* source or destination */
	__u8 family; /* of `address`, 4 or 6 */
	__u8 reserved;
	__u8 address[16], mask[16]; /* source or destination, network order */
	__u32 reserved2;
};
NETCTL_LAYOUT(struct netctl_reader, 104);

/* What a reader's events of one hook came to on one CPU. Seen is sent,
 * suppressed and lost. */
struct netctl_event_count {
	__u64 full_at; /* ns since boot: when the bucket of the reader's limit will be full */
	__u64 held; /* suppressed since the last one that was sent */
	__u64 sent;
	__u64 suppressed;
	__u64 lost; /* the reader's buffer was full */
	__u64 sampled; /* packets that the sample was taken of */
};
NETCTL_LAYOUT(struct netctl_event_count, 48);

/* Bits of netctl_guard.bits, behind one for each reader. */
enum {
	NETCTL_GUARD_READERS = (1 << NETCTL_READERS_MAX) - 1,
	NETCTL_GUARD_KERNEL = 1 << 8, /* somebody watches the kernel's drops, and must know ours */
	NETCTL_GUARD_SAMPLE = 1 << 9, /* somebody samples */
	NETCTL_GUARD_CAPTURE = 1 << 10, /* somebody wants bytes of packets */
};

/* Whether anybody reads, and where this kernel has what events tell; offsets are 0 without BTF. */
struct netctl_guard {
	__u32 bits;
	__u32 cookie_offset; /* of skc_cookie in struct sock */
	__u32 task_tgid_offset, task_comm_offset, task_cred_offset;
	__u32 cred_uid_offset;
};
NETCTL_LAYOUT(struct netctl_guard, 24);

/* How a rule's packets become events; an element of `rule_logs` for each rule,
 * then one for each enum netctl_reason that needs no rule. */
struct netctl_rule_log {
	__u64 interval; /* ns between two events; 0: the readers' limit alone */
	__u64 last; /* event, ns since boot */
	__u64 held; /* events held back since */
	__u32 name; /* hash of the rule's name */
	__u8 logs;
	__u8 monitored; /* the rule would drop: its packets pass with reason MONITOR */
	__u8 reserved[2];
};
NETCTL_LAYOUT(struct netctl_rule_log, 32);

/* The drop by one of our programs that a CPU is about to see as the kernel's. */
struct netctl_own_drop {
	__u64 packet; /* the kernel's address of the skb; 0: of a frame, that has none yet */
	__u64 time; /* ns since boot */
	__u32 readers; /* bits of those that have not seen it yet */
	__u32 reserved;
};
NETCTL_LAYOUT(struct netctl_own_drop, 24);

/* What `netctl trace` watches. */
enum netctl_trace {
	NETCTL_TRACE_EXEC,
	NETCTL_TRACE_FORK,
	NETCTL_TRACE_EXIT,
	NETCTL_TRACE_CONNECT, /* a connection to somebody came about, or not */
	NETCTL_TRACE_ACCEPT, /* a connection from somebody came about */
	NETCTL_TRACE_STATE,
	NETCTL_TRACE_RETRANSMIT,
	NETCTL_TRACE_RESET_SENT,
	NETCTL_TRACE_RESET_RECEIVED,
	NETCTL_TRACE_MAX,
};

enum {
	NETCTL_TRACE_RING = 1 << 20, /* bytes; about 3,600 connections or 2,700 processes */
	NETCTL_TRACE_FILE = 256,
	NETCTL_TRACE_ARGUMENTS = 2048, /* bytes of arguments that are kept */
	NETCTL_TRACE_PENDING = 16384, /* connections that come about at a time */
};

/* A record of `trace_events` about a process. Times are ns of the boot clock. */
struct netctl_trace_process {
	__u64 time;
	__u32 kind; /* enum netctl_trace */
	__u32 netns; /* inode; 0: it has let go of it */
	__u64 task_start;
	__u64 cgroup_id; /* cgroup v2 */
	__u32 tgid;
	__u32 parent; /* tgid */
	__u32 uid;
	__s32 status; /* EXIT: as wait(2) has it */
	__u32 arguments; /* EXEC: bytes of the whole, the last zero included */
	__u32 arguments_kept; /* bytes of them that are in the record */
	char comm[16];
	char file[NETCTL_TRACE_FILE]; /* EXEC: what was asked for */
};
NETCTL_LAYOUT(struct netctl_trace_process, 328);

/* A record of `trace_events` with its arguments, each with a zero behind it. */
struct netctl_trace_arguments {
	struct netctl_trace_process process;
	char arguments[NETCTL_TRACE_ARGUMENTS];
};
NETCTL_LAYOUT(struct netctl_trace_arguments, 2376);

/* A record of `trace_events` about a TCP socket. Times are ns of the boot clock. */
struct netctl_trace_socket {
	__u64 time;
	__u32 kind; /* enum netctl_trace */
	__u32 netns; /* inode; 0: not known */
	__u64 duration; /* CONNECT: since it was asked for. STATE: of the old state; 0: not known */
	__u64 lifetime; /* STATE, closed: since it was established; 0: not known */
	__u64 bytes_sent; /* STATE, closed: each once */
	__u64 bytes_received; /* STATE, closed: a FIN counts as one */
	__u64 cookie; /* 0: no socket, or nobody knows */
	__u32 error; /* CONNECT: errno; 0: established, or given up by the process */
	__u32 reason; /* RESET_SENT: enum sk_rst_reason of the kernel */
	__u16 local_port;
	__u16 remote_port;
	__u8 family; /* AF_INET, AF_INET6 */
	__u8 old_state; /* STATE: TCP_* */
	__u8 state; /* TCP_*; 0: no socket */
	__u8 how; /* to the owner, enum netctl_how; NONE: it is the socket's own */
	__u8 local[16]; /* network order; IPv4: the first four */
	__u8 remote[16];
	struct netctl_socket owner; /* cookie 0: not known */
};
NETCTL_LAYOUT(struct netctl_trace_socket, 232);

/* The element of `trace_totals`: every event is counted once, in one of these. */
struct netctl_trace_totals {
	__u64 sent; /* to `trace_events` */
	__u64 lost; /* for which there was no room */
	__u64 filtered; /* that were not asked for */
};
NETCTL_LAYOUT(struct netctl_trace_totals, 24);

#endif
