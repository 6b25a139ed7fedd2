import Datapath
import NetctlABI
import PolicyCompiler
import Statistics
import Testing

@Suite("Statistics")
struct StatisticsTests {
    private func slot(_ reason: Reason, _ verdict: Verdict) -> Int {
        Int(netctl_slot(reason.abi, verdict.abi))
    }

    @Test("every packet is in one verdict and in one reason")
    func sums() {
        var totals = Array(repeating: Count.zero, count: Int(NETCTL_SLOTS))
        var all = Count.zero
        var packets: UInt64 = 1
        for reason in Reason.allCases {
            for verdict in Verdict.allCases {
                let count = Count(packets: packets, bytes: packets * 100)
                totals[slot(reason, verdict)] = count
                all = all &+ count
                packets += 1
            }
        }
        let statistics = Statistics(.stub(), totals: totals)
        #expect(statistics.seen == all)
        #expect(statistics.verdicts.map(\.verdict) == Verdict.allCases)
        #expect(statistics.reasons.reduce(.zero) { $0 &+ $1.count } == all)
        #expect(statistics.reasons.map(\.reason) == Reason.allCases)
        #expect(statistics.rules.isEmpty)
    }

    @Test("nothing counted: all verdicts at zero, and no reason but default")
    func nothing() {
        let totals = Array(repeating: Count.zero, count: Int(NETCTL_SLOTS))
        let statistics = Statistics(.stub(), totals: totals)
        #expect(statistics.verdicts.map(\.verdict) == Verdict.allCases)
        #expect(statistics.verdicts.allSatisfy { $0.count == .zero })
        #expect(statistics.reasons.map(\.reason) == [.default])
    }

    @Test("a rule's packets are those of all its slots; a count rule is in no sum")
    func rules() {
        let first = Int(NETCTL_SLOT_RULES)
        // `changed` dropped, and passes now; `seen` counts and goes on.
        let record = PolicyRecord.stub(
            rules: [("changed", .pass), ("seen", nil), ("idle", .drop)],
            slots: [("changed", .drop), ("seen", nil), ("changed", .pass), ("idle", .drop)])
        var totals = Array(repeating: Count.zero, count: Int(NETCTL_SLOTS))
        totals[first] = Count(packets: 3, bytes: 300)
        totals[first + 1] = Count(packets: 50, bytes: 5000)
        totals[first + 2] = Count(packets: 4, bytes: 400)
        totals[slot(.rule, .drop)] = Count(packets: 2, bytes: 200)  // retired rules
        totals[slot(.default, .pass)] = Count(packets: 10, bytes: 1000)
        let statistics = Statistics(.stub(policy: record), totals: totals)
        #expect(statistics.rules.map(\.rule.name) == ["changed", "seen", "idle"])
        #expect(statistics.rules.map(\.count.packets) == [7, 50, 0])
        let verdicts = Dictionary(
            uniqueKeysWithValues: statistics.verdicts.map { ($0.verdict, $0.count.packets) })
        #expect(verdicts[.drop] == 5)
        #expect(verdicts[.pass] == 14)
        let reasons = statistics.reasons.map { "\($0.reason) \($0.count.packets)" }
        #expect(reasons == ["rule 9", "default 10"])
        #expect(statistics.seen == Count(packets: 19, bytes: 1900))
    }

    @Test("a set's packets are those of the rules that name it; several sets count each")
    func sets() {
        let first = Int(NETCTL_SLOT_RULES)
        let record = PolicyRecord.stub(
            rules: [("both", .drop), ("none", .pass), ("again", nil)],
            slots: [("both", .drop), ("none", .pass), ("again", nil)],
            sets: ["both": ["threats", "web"], "again": ["threats"]])
        var totals = Array(repeating: Count.zero, count: Int(NETCTL_SLOTS))
        totals[first] = Count(packets: 3, bytes: 300)
        totals[first + 1] = Count(packets: 50, bytes: 5000)
        totals[first + 2] = Count(packets: 4, bytes: 400)
        let sets = Statistics(.stub(policy: record), totals: totals).sets
        #expect(sets.map(\.name) == ["threats", "web"])
        #expect(sets.map(\.rules) == [["both", "again"], ["both"]])
        #expect(
            sets.map(\.count) == [
                Count(packets: 7, bytes: 700), Count(packets: 3, bytes: 300),
            ])
    }

    @Test("totals are sums modulo 2^64: what was forgotten is subtracted, not cut off")
    func modulo() {
        let forgotten = Count(packets: .max - 4, bytes: .max - 499)
        #expect(forgotten &+ Count(packets: 12, bytes: 1200) == Count(packets: 7, bytes: 700))
    }
}
