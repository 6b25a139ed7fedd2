internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// What is to be known of a body to tell its events: whose it is, and what its rules are called.
package struct BodyDescription: Sendable {
    /// The number that its events carry.
    package let number: UInt64
    /// The policy's name.
    package let policy: String
    /// The path of the cgroup that it is attached to; nil for an interface.
    package let cgroup: String?
    private let rules: [String]

    /// The name of a rule.
    ///
    /// - Parameters:
    ///   - index: Its number in the filter.
    ///   - hash: ``RuleNameHash`` of it, as the event has it.
    /// - Returns: The name; nil if the body has no such rule.
    package func rule(_ index: Int, hash: UInt32) -> String? {
        guard rules.indices.contains(index), RuleNameHash.of(rules[index]) == hash else {
            return nil
        }
        return rules[index]
    }

    /// Those of all bodies that are pinned, in force or not.
    ///
    /// - Throws: ``DatapathError``.
    package static func pinned() throws -> [BodyDescription] {
        guard let root = try PinRoot.existing() else { return [] }
        return try root.points().flatMap { point in
            descriptions(in: root.pins(of: point))
        }
    }

    private static func descriptions(in pins: AttachmentPins) -> [BodyDescription] {
        let attachment = try? PinnedRecord.read(AttachmentRecord.self, at: pins.attachment)
        let names = (try? Directory.entries(at: pins.folder.string)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("record-"), let id = UInt32(name.dropFirst(7)),
                let body = try? PinnedRecord.read(BodyRecord.self, at: pins.record(id)),
                let policy = body.policy, let number = policy.number
            else { return nil }
            return BodyDescription(
                number: number, policy: policy.policy, cgroup: attachment?.cgroup,
                rules: policy.rules.map(\.name))
        }
    }
}
