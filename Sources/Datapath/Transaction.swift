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
    private var compiled: [Compilation: CompiledBody] = [:]
    private var tables: [Compilation: SharedTables] = [:]
    private var additions: [PreparedAttachment] = []
    private var swaps: [Journal.Swap] = []
    private var retired: [String: [SlotDirectory.Entry]] = [:]

    /// Hooks share what is compiled for them.
    private struct Compilation: Hashable {
        let name: Name
        let isDeviceList: Bool
        let monitor: Bool
    }

    init(_ revision: PolicyRevision, _ plan: Plan, in root: PinRoot) {
        self.revision = revision
        self.plan = plan
        self.root = root
    }

    /// Carries out the plan, or leaves everything as it was.
    func carryOut() throws {
        guard !plan.steps.isEmpty else { return }
        // Whatever this throws, nothing is in force yet: what was pinned is litter.
        for step in plan.steps { try prepare(step) }
        var journal = Journal(
            policy: plan.policy.text, swaps: swaps,
            additions: additions.map(\.target.point.pinName), removals: removals,
            corrections: nil)
        try journal.write(in: root)
        do {
            for addition in additions { _ = try addition.attach(owner: plan.policy) }
            for swap in swaps { try store(swap) }
            journal.corrections = try corrections()
            try journal.write(in: root)
        } catch {
            journal.undo(in: root)
            throw error
        }
        journal.finish(in: root)
    }

    private var removals: [String] {
        plan.steps.compactMap { step in
            if case .detach(let attachment) = step { attachment.point.pinName } else { nil }
        }
    }

    // MARK: Before anything changes

    private func prepare(_ step: Plan.Step) throws {
        switch step {
        case .attach(let target, let use): try prepare(target, use)
        case .replace(let attachment, let use): try prepare(attachment, use)
        case .clear(let attachment): try prepare(attachment, nil)
        case .detach: break
        }
    }

    private func compile(
        _ use: FilterUse, _ compilation: Compilation
    ) throws -> CompiledBody {
        if let known = compiled[compilation] { return known }
        let result = try CompiledBody(use, of: revision.policy)
        compiled[compilation] = result
        return result
    }

    private func prepare(_ target: AttachTarget, _ use: FilterUse) throws {
        let addition = try PreparedAttachment(target, in: root)
        additions.append(addition)
        let (body, _) = try load(
            use, target.point, addition.object, addition.pins, addition.maps,
            after: .empty)
        try OpenBodies(addition.pins).store(body, at: NETCTL_BODY_ACTIVE)
    }

    private func prepare(_ attachment: Attachment, _ use: FilterUse?) throws {
        let pins = root.pins(of: attachment.point)
        let slots = attachment.policy?.slots ?? .empty
        var body: UInt32?
        var gone = slots.entries
        if let use {
            let object = HookObject(attachment.point, attachment.record)
            let (program, retired) = try load(
                use, attachment.point, object, pins,
                HookMaps.open(pins, on: attachment.point.hook), after: slots)
            body = program
            gone = retired
        }
        let entry = attachment.policyEntry
        let name = attachment.point.pinName
        swaps.append(
            Journal.Swap(
                attachment: name, entry: entry.rawValue,
                old: try OpenBodies(pins).program(at: entry), new: body))
        if !gone.isEmpty { retired[name] = gone }
    }

    /// Loads, fills and pins a body; nothing calls it.
    private func load(
        _ use: FilterUse, _ point: AttachPoint, _ object: HookObject, _ pins: AttachmentPins,
        _ maps: HookMaps, after previous: SlotDirectory
    ) throws -> (program: UInt32, retired: [SlotDirectory.Entry]) {
        let compilation = Compilation(
            name: use.filter, isDeviceList: use.hook == .cgroupDevice, monitor: use.monitor)
        let compiled = try compile(use, compilation)
        let rules = compiled.rules
        let (slots, directory, retired) = SlotDirectory.assign(rules, after: previous)
        guard slots.count == rules.count else {
            throw DatapathError(
                "apply policy '\(plan.policy)'", "\(use)",
                "the attachment has no counters left for its rules",
                hint: "detach and attach again, or apply a policy without rules in between")
        }
        let events = try BodyEvents(of: point, in: root)
        let program =
            switch compiled {
            case .filter(let filter):
                try object.loadFilter(
                    filter, slots: slots, maps: maps,
                    redirects: Redirects(
                        namespace: NetworkNamespace(inode: point.namespace ?? 0),
                        indices: use.redirects),
                    shared: tables[compilation] ?? .none, limits: pins.limits,
                    events: events)
            case .devices(let list, let monitor):
                try object.loadDevices(
                    list, monitor: monitor, slots: slots, maps: maps, events: events)
            }
        if tables[compilation] == nil { tables[compilation] = try SharedTables(of: program) }
        let id = try program.info.id
        let record = PolicyRecord(
            policy: plan.policy.text, filter: use.filter.text, digest: revision.digest,
            appliedAt: Date(), text: revision.text, rules: rules, slots: directory,
            redirects: use.redirects.isEmpty ? nil : use.redirects,
            isMonitored: compiled.isMonitored, folder: revision.folder, number: events.number)
        try program.pin(at: pins.body(id))
        try PinnedRecord.create(BodyRecord.policy(record), at: pins.record(id))
        return (id, retired)
    }

    // MARK: The change

    private func store(_ swap: Journal.Swap) throws {
        let bodies = try OpenBodies(root.pins(named: swap.attachment))
        let entry = netctl_body(rawValue: swap.entry)
        try bodies.store(swap.new, at: entry)
        guard try bodies.program(at: entry) == swap.new else {
            throw DatapathError(
                "apply policy '\(plan.policy)'", swap.attachment,
                "the kernel does not hold the new body that was stored")
        }
    }

    /// Where the counts of rules that are gone go, once no packet can be in the old bodies.
    private func corrections() throws -> [Journal.Correction] {
        if !retired.isEmpty { GracePeriod.wait() }
        return try retired.flatMap { folder, entries in
            let counters = try Counters(
                pinned: root.pins(named: folder).counters, access: .readOnly)
            return counters.retiring(entries).map {
                Journal.Correction(attachment: folder, slot: $0.key, count: $0.value)
            }
        }
    }
}

extension Attachment {
    /// Where the policy's body is: behind a pause, else in force.
    var policyEntry: netctl_body { pause == nil ? NETCTL_BODY_ACTIVE : NETCTL_BODY_POLICY }
}
