public import Datapath
internal import NetctlABI
public import PolicyCompiler

/// What one attachment has counted, summed by verdict, reason, rule and set.
///
/// A packet is counted once, in one slot, and every sum is made of slots: the packets that the hook
/// saw are the sum over verdicts and the sum over reasons, exactly.
public struct Statistics: Sendable {
    /// A rule's packets, whatever its verdict was over time.
    public struct RuleCount: Sendable, Equatable {
        /// The rule.
        public let rule: RuleRecord
        /// The packets that it decided, or for `count` those that it matched.
        public let count: Count
        /// Those of them that it would have dropped, but passed.
        public let wouldDrop: Count
    }

    /// The packets of the rules that name a set.
    ///
    /// Which set a packet's address is in is not counted: a rule that names several sets counts for
    /// each of them, so sets have no sum.
    public struct SetCount: Sendable, Equatable {
        /// The set.
        public let name: String
        /// The rules that name it, in order.
        public internal(set) var rules: [String] = []
        /// Their packets.
        public internal(set) var count = Count.zero
        /// Those of them that would have been dropped, but passed.
        public internal(set) var wouldDrop = Count.zero
    }

    /// Whose counters they are.
    public let attachment: Attachment
    /// Every verdict that the hook can give.
    public let verdicts: [(verdict: Verdict, count: Count)]
    /// Reasons with packets, and `default`.
    public let reasons: [(reason: Reason, count: Count)]
    /// The rules of the policy in force, in order.
    public let rules: [RuleCount]

    /// Sums up.
    ///
    /// - Parameters:
    ///   - attachment: An attachment.
    ///   - totals: Its counts by slot, as ``Attachment/readCounters()`` gives them.
    public init(_ attachment: Attachment, totals: [Count]) {
        var byVerdict: [Verdict: Count] = [:]
        var byReason: [Reason: Count] = [:]
        func add(_ count: Count, _ reason: Reason, _ verdict: Verdict) {
            byVerdict[verdict, default: .zero] = byVerdict[verdict, default: .zero] &+ count
            byReason[reason, default: .zero] = byReason[reason, default: .zero] &+ count
        }
        for reason in Reason.allCases {
            for verdict in Verdict.allCases {
                add(totals[Int(netctl_slot(reason.abi, verdict.abi))], reason, verdict)
            }
        }
        var byRule: [String: Count] = [:]
        var wouldDropByRule: [String: Count] = [:]
        for entry in attachment.slots.entries {
            let count = totals[Int(entry.slot)]
            let (rule, outcome) = (entry.account.rule, entry.account.outcome)
            byRule[rule, default: .zero] = byRule[rule, default: .zero] &+ count
            if let outcome { add(count, outcome.reason, outcome.verdict) }
            if outcome?.reason == .monitor {
                wouldDropByRule[rule] = (wouldDropByRule[rule] ?? .zero) &+ count
            }
        }
        self.attachment = attachment
        verdicts = Verdict.all(on: attachment.point.hook).map { ($0, byVerdict[$0] ?? .zero) }
        reasons = Reason.allCases.compactMap { reason in
            let count = byReason[reason] ?? .zero
            return count == .zero && reason != .default ? nil : (reason, count)
        }
        rules = (attachment.policy?.rules ?? []).map {
            RuleCount(
                rule: $0, count: byRule[$0.name] ?? .zero,
                wouldDrop: wouldDropByRule[$0.name] ?? .zero)
        }
    }

    /// Reads the counters of an attachment.
    ///
    /// - Throws: ``DatapathError``.
    public init(reading attachment: Attachment) throws(DatapathError) {
        self.init(attachment, totals: try attachment.readCounters())
    }

    /// The sets that rules of the policy in force name, by first rule. A policy that an older netctl
    /// applied names none.
    public var sets: [SetCount] {
        var found: [SetCount] = []
        var places: [String: Int] = [:]
        for rule in rules {
            for name in rule.rule.sets ?? [] {
                let place = places[name] ?? found.count
                if place == found.count {
                    places[name] = place
                    found.append(SetCount(name: name))
                }
                found[place].rules.append(rule.rule.name)
                found[place].count = found[place].count &+ rule.count
                found[place].wouldDrop = found[place].wouldDrop &+ rule.wouldDrop
            }
        }
        return found
    }

    /// What would have been dropped, had nothing been monitored.
    public var wouldDrop: Count { reasons.first { $0.reason == .monitor }?.count ?? .zero }

    /// Everything that the hook was handed.
    public var seen: Count { verdicts.reduce(.zero) { $0 &+ $1.count } }
}
