public import Policy

/// A filter, or on the cgroup device hook a device list, as an attachment uses it.
public struct FilterUse: Hashable, Sendable, CustomStringConvertible {
    /// The filter's or list's name.
    public let filter: Name
    /// Where it runs.
    public let hook: Hook
    /// Whether it only reports here what it would drop.
    public let monitor: Bool
    /// The interfaces that its rules redirect to: their indices here, by name.
    public let redirects: [String: UInt32]

    init(filter: Name, hook: Hook, monitor: Bool, redirects: [String: UInt32] = [:]) {
        self.filter = filter
        self.hook = hook
        self.monitor = monitor
        self.redirects = redirects
    }

    /// `filter inbound, monitoring`
    public var description: String {
        "\(hook == .cgroupDevice ? "devices" : "filter") \(filter)"
            + (monitor ? ", monitoring" : "")
    }
}

/// What an apply would do, in order: a value that a person can read.
public struct Plan: Sendable {
    /// One change.
    public enum Step: Sendable {
        /// Put the datapath on an interface, this filter in force from its first packet on.
        case attach(AttachTarget, FilterUse)
        /// Put a filter in force where we are attached.
        case replace(Attachment, FilterUse)
        /// Take the policy away from an attachment that a person made: it passes and counts.
        case clear(Attachment)
        /// Remove an attachment that this policy had made.
        case detach(Attachment)
        /// Put a user's program on a hook.
        case attachProgram(ProgramWant)
        /// Replace a user's program in place.
        case replaceProgram(ProgramAttachment, ProgramWant)
        /// Remove a user's program that this policy had attached.
        case detachProgram(ProgramAttachment)
    }

    /// The policy's name.
    public let policy: Name
    /// Empty when everything is as the policy says.
    public let steps: [Step]
    /// Whether the policy is for nothing that is here: `attach: []`, or all it lists is optional and
    /// missing.
    public let isForNothing: Bool
    /// What is odd about the policy's `attach:`, but no error.
    public let warnings: [String]

    /// Why there are no steps: `policy 'edge' is in force already`.
    public var idleness: String {
        "policy '\(policy)' is \(isForNothing ? "attached nowhere" : "in force already")"
    }
}

extension Plan.Step: CustomStringConvertible {
    /// `replace eth1 xdp: filter inbound (was edge/inbound 3f2a…)`
    public var description: String {
        switch self {
        case .attach(let target, let use):
            let share = target.share.map { ", shared, priority \($0.priority)" } ?? ""
            let mode =
                target.point.hook.place == .cgroup ? "" : " (\(target.modeName)\(share))"
            return "attach \(target.name) \(target.point.hook)\(mode): \(use)"
        case .replace(let attachment, let use):
            let place = "\(attachment.name) \(attachment.point.hook)"
            guard let old = attachment.policy else { return "apply to \(place): \(use)" }
            return
                "replace \(place): \(use) (was \(old.policy)/\(old.filter) \(old.digest.prefix(8)))"
        case .clear(let attachment):
            return "clear \(attachment.name) \(attachment.point.hook): no longer listed, "
                + "passes and counts"
        case .detach(let attachment):
            return "detach \(attachment.name) \(attachment.point.hook): no longer listed"
        case .attachProgram(let want):
            let mode = want.target.interface.map { " (\($0.modeName))" } ?? ""
            return "attach \(want.target.name) \(want.target.hook)\(mode): \(want.user)"
        case .replaceProgram(let found, let want):
            return "replace \(want.target.name) \(want.target.hook): \(want.user) "
                + "(was \(found.record.name) \(found.record.digest.prefix(8)))"
        case .detachProgram(let found): return "detach \(found.hookName): no longer listed"
        }
    }
}

extension Plan {
    /// Compares what a policy wants with what there is.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - digest: Of its meaning; an attachment that has it already is left alone.
    ///   - wanted: The attachments that it is for.
    ///   - observed: Every attachment there is.
    ///   - programs: Every user's program that netctl attached.
    ///   - takeOver: Whether to take hooks that another policy holds.
    ///   - removesOthers: Whether what the policy held and no longer wants is given up.
    /// - Throws: ``DatapathError`` when another policy holds a hook, or a mode would have to change.
    init(
        policy: Name, digest: String, wanted: Targets, observed: [Attachment],
        programs: [ProgramAttachment] = [], takeOver: Bool, removesOthers: Bool
    ) throws {
        let present = Dictionary(
            observed.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
        for program in wanted.programs { try program.refuseFilter(on: wanted.all, present) }
        var steps: [Step] = []
        for want in wanted.all {
            guard let found = present[want.target.point], found.state != .gone else {
                if let other = programs.first(where: { $0.isOnXDP(of: want.target.point) }) {
                    throw other.busy
                }
                steps.append(.attach(want.target, want.use))
                continue
            }
            try found.require(want.target)
            if !takeOver, let refusal = found.refusal(of: policy) { throw refusal }
            let isInForce =
                found.policy?.policy == policy.text && found.policy?.digest == digest
                && found.policy?.filter == want.use.filter.text
                && found.policy?.redirects ?? [:] == want.use.redirects
            if !isInForce { steps.append(.replace(found, want.use)) }
        }
        if removesOthers {
            let kept = Set(wanted.all.map(\.target.point))
            for other in observed where !kept.contains(other.point) {
                // Without a policy it is whose `attach:` made it; with one, it is that policy's.
                guard other.policy?.policy ?? other.record.owner == policy.text else { continue }
                // What a person has made stays, unless there is nothing left of it.
                let goes = other.record.owner == policy.text || other.state == .gone
                steps.append(goes ? .detach(other) : .clear(other))
            }
        }
        steps += try Self.programSteps(
            policy, wanted, programs, takeOver: takeOver, removesOthers: removesOthers)
        self.policy = policy
        self.steps = steps
        isForNothing = wanted.all.isEmpty && wanted.programs.isEmpty
        warnings = wanted.warnings
    }
}

extension Attachment {
    /// Why a policy may not have this hook; nil when no other one holds it.
    func refusal(of policy: Name) -> DatapathError? {
        guard let holder = self.policy?.policy, holder != policy.text else { return nil }
        return DatapathError(
            "apply policy '\(policy)'", name, "policy '\(holder)' holds \(point.hook) there",
            hint: "detach it, or use --take-over")
    }
}
