import BPF
import Glibc
import LinuxSystem
import NetctlABI
import SystemPackage
import Testing

@testable import Datapath

/// All that the kernel holds for netctl in a sandbox, without the numbers that differ from one time to
/// the next: two states that are equal cannot be told apart by anybody.
struct HeldState: Equatable, Sendable {
    /// `eth0 xdp: edge/inbound [new] active, by edge; behind it edge/inbound [old]`
    private(set) var attachments: [String] = []
    /// Programs of ours on hooks that no pin tells of, and what is wrong.
    private(set) var oddities: [String] = []
    /// Names of pins, those of programs without their ids.
    private(set) var pins: [String] = []
    /// Prefixes and their reasons.
    private(set) var blocked: [String] = []
    /// How the journal stands.
    private(set) var journal: String?

    /// What is attached elsewhere.
    func attachments(except place: String) -> [String] {
        attachments.filter { !$0.hasPrefix("\(place) ") }
    }

    /// What is here and not there, and the other way round.
    func difference(from other: HeldState) -> String {
        let (own, others) = (lines, other.lines)
        let more = own.difference(from: others).insertions.map { "+ \(Self.element($0))" }
        let less = own.difference(from: others).removals.map { "- \(Self.element($0))" }
        return "[\((more + less).joined(separator: "; "))]"
    }

    private var lines: [String] {
        attachments + oddities + pins + blocked + ["journal \(journal ?? "-")"]
    }

    private static func element(_ change: CollectionDifference<String>.Change) -> String {
        switch change {
        case .insert(_, let element, _), .remove(_, let element, _): element
        }
    }

    /// Looks.
    static func now() throws -> HeldState {
        var state = HeldState()
        let observation = try Observation.now()
        state.oddities =
            observation.foreign.map {
                "foreign \($0.name ?? "?") on \($0.location.name) \($0.hook)"
            }
            + observation.problems.map { "\($0.code): \($0.message)" }
        guard let root = try PinRoot.existing() else { return state }
        state.attachments = try observation.attachments.map { attachment in
            let bodies = try OpenBodies(root.pins(of: attachment.point))
            let behind = try bodies.record(at: NETCTL_BODY_PREVIOUS)?.policy
            return "\(attachment.hookName): \(text(attachment.policy)) \(attachment.state.rawValue)"
                + (attachment.record.owner.map { ", by \($0)" } ?? "")
                + "; behind it \(text(behind))"
        }
        state.attachments += observation.programs.map { program in
            "\(program.hookName): [\(program.record.digest)] \(program.state.rawValue)"
                + (program.record.owner.map { ", by \($0)" } ?? "")
        }
        state.pins = try names(in: root.path).sorted()
        if try root.points().contains(where: \.hook.hasAddresses) {
            state.blocked = try BlockList.entries().map { "\($0.prefix) \($0.reason)" }
        }
        if let journal = try Journal.current(in: root) {
            state.journal = "\(journal.state.failpoint)"
        }
        return state
    }

    /// The same, once the kernel has let go of what a killed process held: that takes it a moment.
    static func settled() throws -> HeldState {
        var state = try now()
        for _ in 0..<250 where !state.oddities.isEmpty {
            usleep(20_000)
            state = try now()
        }
        return state
    }

    /// Whether each hook has one of the policies that it has in two states: half-way, that is all
    /// that can be asked for.
    func isBetween(_ before: HeldState, _ after: HeldState) -> Bool {
        let known = Set((before.attachments + after.attachments).map(Self.inForce))
        return attachments.map(Self.inForce).allSatisfy(known.contains)
    }

    /// Whether it is what was before; entries of the block list that were there may have been renewed, as
    /// docs/reliability.md says.
    func isAgain(_ before: HeldState, orRenewedAs after: HeldState) -> Bool {
        var state = self
        let prefixes = before.blocked.map(Self.prefix)
        guard blocked.map(Self.prefix) == prefixes,
            Set(blocked).isSubset(of: before.blocked + after.blocked)
        else { return false }
        state.blocked = before.blocked
        return state == before
    }

    /// `192.0.2.1/32` of that and its reason.
    private static func prefix(_ entry: String) -> Substring { entry.prefix { $0 != " " } }

    /// `eth0 xdp: edge/inbound [new]`
    private static func inForce(_ attachment: String) -> Substring {
        attachment.prefix { $0 != "]" }
    }

    private static func text(_ policy: PolicyRecord?) -> String {
        guard let policy else { return "nothing []" }
        return "\(policy.policy)/\(policy.filter) \(policy.rules.map(\.name))"
    }

    private static func names(in folder: FilePath, _ prefix: String = "") throws -> [String] {
        try Directory.entries(at: folder.string).flatMap { name -> [String] in
            let path = folder.appending(name)
            let known = name.split(separator: "-")
            let isNumbered =
                known.count == 2 && ["body", "record", "program"].contains(known[0])
            let shown = prefix + (isNumbered ? String(known[0]) : name)
            guard let inside = try? names(in: path, shown + "/") else { return [shown] }
            return [shown] + inside
        }
    }
}
