internal import BPF
internal import Foundation
internal import LinuxSystem
internal import NetctlABI
internal import Policy
internal import PolicyCompiler

/// One apply, from loading to the removal of what it replaced.
final class Transaction {
    private let revision: PolicyRevision
    private let plan: Plan
    private let root: PinRoot
    private var compiled: [Name: CompiledFilter] = [:]
    private var additions: [PreparedAttachment] = []
    private var swaps: [Swap] = []

    /// A body that is loaded and pinned, and the one that it takes the place of.
    private struct Swap {
        let attachment: Attachment
        let pins: AttachmentPins
        let old: UInt32?
        let new: UInt32?
        let retired: [SlotDirectory.Entry]
    }

    init(_ revision: PolicyRevision, _ plan: Plan, in root: PinRoot) {
        self.revision = revision
        self.plan = plan
        self.root = root
    }

    /// Carries out the plan, or leaves everything as it was.
    func carryOut() throws {
        do {
            for step in plan.steps { try prepare(step) }
            for addition in additions { _ = try addition.attach(owner: plan.policy) }
            for swap in swaps { try store(swap) }
        } catch {
            undo()
            throw error
        }
        for case .detach(let attachment) in plan.steps {
            try root.pins(of: attachment.point).removeAll()
        }
        try removeReplaced()
    }

    // MARK: Before anything changes

    private func prepare(_ step: Plan.Step) throws {
        switch step {
        case .attach(let target, let filter): try prepare(target, try compile(filter))
        case .replace(let attachment, let filter): try prepare(attachment, try compile(filter))
        case .clear(let attachment): try prepare(attachment, nil)
        case .detach: break
        }
    }

    private func compile(_ name: Name) throws -> CompiledFilter {
        if let known = compiled[name] { return known }
        guard let filter = revision.policy.filter(named: name) else {
            preconditionFailure("the reader has checked that filter '\(name)' exists")
        }
        let result = try CompiledFilter(filter, sets: revision.policy.sets)
        compiled[name] = result
        return result
    }

    private func prepare(_ target: AttachTarget, _ filter: CompiledFilter) throws {
        let addition = try PreparedAttachment(target, in: root)
        additions.append(addition)
        let (body, _) = try load(
            filter, addition.object, addition.pins, addition.counters, addition.bodies,
            after: .empty)
        try OpenBodies(addition.pins).store(body, at: NETCTL_BODY_ACTIVE)
    }

    private func prepare(_ attachment: Attachment, _ filter: CompiledFilter?) throws {
        let pins = root.pins(of: attachment.point)
        let bodies = try OpenBodies(pins)
        let old = try bodies.program(at: attachment.policyEntry)
        let slots = attachment.policy?.slots ?? .empty
        guard let filter else {
            swaps.append(
                Swap(
                    attachment: attachment, pins: pins, old: old, new: nil,
                    retired: slots.entries))
            return
        }
        let object = HookObject(
            hook: attachment.point.hook, multiBuffer: attachment.record.multiBuffer)
        let (body, retired) = try load(
            filter, object, pins, Map(pinned: pins.counters), Map(pinned: pins.bodies),
            after: slots)
        swaps.append(
            Swap(attachment: attachment, pins: pins, old: old, new: body, retired: retired))
    }

    /// Loads, fills and pins a body; nothing calls it.
    private func load(
        _ filter: CompiledFilter, _ object: HookObject, _ pins: AttachmentPins,
        _ counters: borrowing Map, _ bodies: borrowing Map, after previous: SlotDirectory
    ) throws -> (program: UInt32, retired: [SlotDirectory.Entry]) {
        let rules = filter.rules.map { RuleRecord(name: $0.name.text, verdict: $0.verdict) }
        let (slots, directory, retired) = SlotDirectory.assign(rules, after: previous)
        guard slots.count == rules.count else {
            throw DatapathError(
                "apply policy '\(plan.policy)'", "filter '\(filter.name)'",
                "the attachment has no counters left for its rules",
                hint: "detach and attach again, or apply a policy without rules in between")
        }
        let program = try object.loadFilter(
            filter, slots: slots, counters: counters, bodies: bodies)
        let id = try program.info.id
        let record = PolicyRecord(
            policy: plan.policy.text, filter: filter.name.text, digest: revision.digest,
            appliedAt: Date(), text: revision.text, rules: rules, slots: directory)
        try program.pin(at: pins.body(id))
        try PinnedRecord.create(BodyRecord.policy(record), at: pins.record(id))
        return (id, retired)
    }

    // MARK: The change

    private func store(_ swap: Swap) throws {
        let bodies = try OpenBodies(swap.pins)
        try bodies.store(swap.new, at: swap.attachment.policyEntry)
        guard try bodies.program(at: swap.attachment.policyEntry) == swap.new else {
            throw DatapathError(
                "apply policy '\(plan.policy)'", swap.attachment.name,
                "the kernel does not hold the new body that was stored")
        }
    }

    /// Back to the old bodies, and no new attachment.
    private func undo() {
        for swap in swaps {
            guard let bodies = try? OpenBodies(swap.pins) else { continue }
            try? bodies.store(swap.old, at: swap.attachment.policyEntry)
            try? bodies.removeReplaced()
        }
        for addition in additions { try? addition.pins.removeAll() }
    }

    /// What counted in the old bodies moves to the sums once no packet can be in them.
    private func removeReplaced() throws {
        if swaps.contains(where: { !$0.retired.isEmpty }) { GracePeriod.wait() }
        for swap in swaps {
            if !swap.retired.isEmpty {
                try Counters(pinned: swap.pins.counters, access: .readWrite).retire(swap.retired)
            }
            try OpenBodies(swap.pins).removeReplaced()
        }
    }
}

extension Attachment {
    /// Where the policy's body is: behind a pause, else in force.
    var policyEntry: netctl_body { pause == nil ? NETCTL_BODY_ACTIVE : NETCTL_BODY_POLICY }
}
