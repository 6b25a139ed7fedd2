public import Foundation
public import Policy
internal import PolicyCompiler

/// What is known of a body, pinned beside it under the same program id: what runs and what is
/// reported cannot differ.
public enum BodyRecord: Codable, Sendable, Equatable {
    /// The body of a policy.
    case policy(PolicyRecord)
    /// The body that passes everything for a while.
    case pause(PauseRecord)
    /// The body that has a new policy in force until a deadline, and the old one behind it.
    case pending(PendingRecord)

    /// What its map is called: whether a policy only reports is asked each time that something is
    /// blocked, and a long policy takes milliseconds to read.
    var mapName: String {
        if case .policy(let record) = self, record.isMonitored == true {
            Self.monitoredMapName
        } else {
            "record"
        }
    }

    /// The name where the policy only reports.
    static let monitoredMapName = "record_monitor"
}

/// The policy that a body enforces.
public struct PolicyRecord: Codable, Sendable, Equatable {
    /// The policy's name.
    public let policy: String
    /// The filter of it that runs here.
    public let filter: String
    /// Of the policy's meaning, set files included: 32 hexadecimal digits.
    public let digest: String
    /// When it was applied.
    public let appliedAt: Date
    /// The whole policy as YAML, without the contents of set files.
    public let text: String
    /// The rules in order.
    public let rules: [RuleRecord]
    /// Where their packets are counted.
    public internal(set) var slots: SlotDirectory
    /// The interfaces that rules redirect to: their indices, by name; nil for none. One that was
    /// made anew has another index, and needs an apply.
    public var redirects: [String: UInt32]?
    /// Whether this attachment only reports; nil in records of older versions.
    public var isMonitored: Bool?
    /// What the paths of set files are relative to; nil when the policy's files were in several
    /// folders, and in records of older versions.
    public var folder: String?
    /// By which the body's events are known; nil in records of older versions.
    public var number: UInt64?
    /// The tables of its filter; nil for device lists, and in records of older versions.
    public var tables: [TableRecord]?
}

/// A rule as statistics name it.
public struct RuleRecord: Codable, Sendable, Equatable {
    /// How its packets are counted.
    public let account: SlotDirectory.Account
    /// The sets that it names, outside of `not`; nil for none, and in records of older versions.
    public let sets: [String]?

    init(name: String, verdict: Verdict?, isMonitored: Bool = false, sets: [String] = []) {
        account = SlotDirectory.Account(rule: name, verdict: verdict, isMonitored: isMonitored)
        self.sets = sets.isEmpty ? nil : sets
    }

    /// The rule's name.
    public var name: String { account.rule }
    /// The action's name in files and JSON.
    public func action(on hook: Hook) -> String { account.verdict?.name(on: hook) ?? "count" }
}

/// A pause.
public struct PauseRecord: Codable, Sendable, Equatable {
    /// When it ends by itself, nanoseconds since boot; nil when `resume` ends it.
    public let untilBootNanoseconds: UInt64?
}

/// An apply that awaits its confirmation.
public struct PendingRecord: Codable, Sendable, Equatable {
    /// The policy that reverts if nobody confirms.
    public let policy: String
    /// When it reverts, nanoseconds since boot.
    public let untilBootNanoseconds: UInt64

    /// Whether its time has come: what it replaced is in force again.
    public var isOver: Bool { BootClock.nanoseconds >= untilBootNanoseconds }
    /// When it reverts, by the clock on the wall as it is set now.
    public var until: Date { BootClock.date(of: untilBootNanoseconds) }
}
