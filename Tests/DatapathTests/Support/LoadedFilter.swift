import BPF
import NetctlABI
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// What became of a packet: the verdict, what decided, and the count rules that it passed.
struct Outcome: Hashable, Sendable, CustomStringConvertible {
    let verdict: Verdict
    /// `rule web`, `malformed`.
    let why: String
    /// In alphabetical order.
    var counted: [String] = []

    static func pass(rule: String) -> Outcome { Outcome(verdict: .pass, why: "rule \(rule)") }
    static func drop(rule: String) -> Outcome { Outcome(verdict: .drop, why: "rule \(rule)") }
    static func monitored(rule: String) -> Outcome {
        Outcome(verdict: .pass, why: "monitored rule \(rule)")
    }
    static func pass(_ reason: Reason) -> Outcome {
        Outcome(verdict: .pass, why: reason.rawValue)
    }
    static func drop(_ reason: Reason) -> Outcome {
        Outcome(verdict: .drop, why: reason.rawValue)
    }

    /// The same, after these rules counted the packet.
    func counting(_ rules: String...) -> Outcome {
        Outcome(verdict: verdict, why: why, counted: rules.sorted())
    }

    var description: String {
        "\(verdict): \(why)"
            + (counted.isEmpty ? "" : ", counted by \(counted.joined(separator: ", "))")
    }
}

/// The real program of a filter, loaded and called by nobody but the test.
final class LoadedFilter {
    let program: Program
    private let compiled: CompiledFilter
    private let slots: [UInt32]
    private let counters: MappedArray<netctl_counter>
    // The program array must outlive the programs that use it.
    private let maps: HookMaps

    /// Loads filter `inbound` of a policy.
    init(_ policy: Policy, multiBuffer: Bool = true) throws {
        let inbound = try #require(policy.filter(named: Name("inbound")))
        compiled = try CompiledFilter(inbound, sets: policy.sets)
        slots = compiled.rules.indices.map { UInt32(NETCTL_SLOT_RULES) + UInt32($0) }
        maps = try HookMaps.detached(on: .xdp)
        program = try HookObject(hook: .xdp, multiBuffer: multiBuffer).loadFilter(
            compiled, slots: slots, maps: maps,
            redirects: .loopback(for: compiled))
        self.counters = try MappedArray(maps.counters, access: .readWrite)
    }

    /// Loads a filter whose default is `default` and whose rules are these lines of YAML.
    convenience init(
        default verdict: String = "pass", malformed: String = "drop", nonIP: String = "pass",
        sets: String = "{}", _ rules: String..., multiBuffer: Bool = true
    ) throws {
        let lines = rules.map { "      - \($0)\n" }.joined()
        let text = """
            version: 1
            name: test
            sets: \(sets)
            filters:
              inbound:
                default: \(verdict)
                malformed: \(malformed)
                non-ip: \(nonIP)
                rules:\(rules.isEmpty ? " []" : "\n" + lines)
            """
        try self.init(policy(text), multiBuffer: multiBuffer)
    }

    /// What the program does with a frame.
    ///
    /// The frame must be counted in one slot that says why, once and with all its bytes; the kernel
    /// must be told the verdict that was counted.
    func judge(_ frame: [UInt8]) throws -> Outcome {
        let one = Count(packets: 1, bytes: UInt64(frame.count))
        clear()
        let answer = try program.testRun(packet: frame).returnValue
        let touched = totals()
        try #require(touched.values.allSatisfy { $0 == one }, "\(touched)")

        var decided: [Outcome] = []
        var counted: [String] = []
        for slot in touched.keys {
            if slot >= Int(NETCTL_SLOT_RULES) {
                let rule = compiled.rules[slot - Int(NETCTL_SLOT_RULES)]
                guard let verdict = rule.verdict else {
                    counted.append(rule.name.text)
                    continue
                }
                let outcome: Outcome =
                    rule.isMonitored
                    ? .monitored(rule: rule.name.text)
                    : Outcome(verdict: verdict, why: "rule \(rule.name)")
                decided.append(outcome)
            } else {
                decided += Reason.allCases.flatMap { reason in
                    Verdict.allCases.filter { Counters.slot(reason, $0) == slot }
                        .map { Outcome(verdict: $0, why: reason.rawValue) }
                }
            }
        }
        try #require(decided.count == 1, "counted \(decided.count) times: \(decided)")
        var outcome = decided[0]
        outcome.counted = counted.sorted()
        try #require(answer == outcome.verdict.xdpAction, "\(outcome), but returned \(answer)")
        return outcome
    }

    func judge(_ packet: Packet) throws -> Outcome { try judge(packet.bytes) }

    private func clear() {
        for index in 0..<counters.count where counters[index].packets != 0 {
            counters[index] = netctl_counter()
        }
    }

    /// The slots with packets, over all CPUs.
    private func totals() -> [Int: Count] {
        var totals: [Int: Count] = [:]
        for index in 0..<counters.count {
            let counter = counters[index]
            guard counter.packets != 0 || counter.bytes != 0 else { continue }
            let count = Count(packets: counter.packets, bytes: counter.bytes)
            totals[index % Int(NETCTL_SLOTS), default: .zero] =
                totals[index % Int(NETCTL_SLOTS), default: .zero] &+ count
        }
        return totals
    }
}

extension Verdict {
    /// What an XDP program returns, `enum xdp_action`.
    fileprivate var xdpAction: UInt32 {
        switch self {
        case .aborted: 0
        case .drop: 1
        case .pass: 2
        case .tx: 3
        case .redirect: 4
        }
    }
}
