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
    private let options: Reconciler.ApplyOptions
    private var preflight: Preflight
    private var tables: [Preflight.Compilation: SharedTables] = [:]
    private var additions: [PreparedAttachment] = []
    private var swaps: [Journal.Swap] = []
    private var programs: [Journal.ProgramSwap] = []
    private var tried: Set<Tried> = []
    private var hooks: [String: Prepared] = [:]
    /// Why new attachments have not the better mode, by what people call them.
    private(set) var reasonsForModes: [(place: String, reason: String)] = []

    /// A hook whose body is loaded.
    private struct Prepared {
        let object: HookObject
        let location: Location
        let use: FilterUse?
    }

    /// - Parameters:
    ///   - revision: The policy.
    ///   - plan: What is to be done for it.
    ///   - options: Whether it is to be confirmed, and whether it may lock somebody out.
    ///   - root: The folder of all pins.
    init(
        _ revision: PolicyRevision, _ plan: Plan, _ options: Reconciler.ApplyOptions,
        in root: PinRoot
    ) {
        self.revision = revision
        self.plan = plan
        self.options = options
        self.root = root
        preflight = Preflight(revision.policy)
    }

    /// Carries out the plan, or leaves everything as it was.
    ///
    /// - Returns: The wait for a confirmation, if one was asked for and there was something to do.
    func carryOut() throws -> PendingRecord? {
        guard !plan.steps.isEmpty else { return nil }
        try refuseWait()
        let attempt = "apply policy '\(plan.policy)'"
        try preflight.look(at: plan, in: root, attempt: attempt)
        try preflight.requireMemory(attempt)
        // Whatever this throws, nothing is in force yet: what was pinned is litter.
        for step in plan.steps {
            step.failpoint.reach()
            try prepare(step)
        }
        if !options.force { try refuseLockOut() }
        let pending = try options.confirm.map { try prepareWait($0) }
        try adoptVersion()
        var journal = Journal(
            policy: plan.policy.text, swaps: swaps,
            additions: additions.map(\.target.point.pinName), removals: removals,
            programs: programs)
        let reasons = try journal.carryOut(in: root, pending: pending) {
            for addition in additions { _ = try addition.attach(owner: plan.policy) }
        }
        reasonsForModes = additions.compactMap { addition in
            addition.reasonForMode.map { (addition.target.name, $0) }
        }
        for case .attachProgram(let want) in plan.steps {
            guard let reason = reasons[want.target.point.pinName] else { continue }
            reasonsForModes.append((want.target.name, reason))
        }
        return pending
    }

    /// The tables of each filter.
    var uses: [TableUse] { preflight.uses }

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
        case .detach(let attachment):
            // Until it is confirmed, everything passes there: what is detached cannot come back.
            if options.confirm != nil, attachment.state != .gone { try prepare(attachment, nil) }
        case .attachProgram(let want): try prepare(want, replacing: nil)
        case .replaceProgram(let found, let want): try prepare(want, replacing: found)
        case .detachProgram(let found):
            programs.append(
                Journal.ProgramSwap(folder: found.folder, old: found.programID, new: nil))
        }
    }

    /// Loads a user's program; nothing calls it.
    private func prepare(
        _ want: ProgramWant, replacing present: ProgramAttachment?
    ) throws {
        let prepared = try PreparedProgram(
            want.user, for: want.target, owner: plan.policy, replacing: present, in: root)
        programs.append(
            Journal.ProgramSwap(
                folder: prepared.pins.name, old: prepared.old, new: prepared.id))
    }

    /// A body reverts inside the kernel, whoever is dead; a user's program cannot.
    private func refuseWait() throws {
        guard options.confirm != nil, plan.changesPrograms else { return }
        throw DatapathError(
            "apply policy '\(plan.policy)'", "--confirm",
            "a program of yours comes, goes or is replaced, and cannot revert by itself",
            hint: "apply without --confirm; 'netctl rollback' takes it back")
    }

    private func prepare(_ target: AttachTarget, _ use: FilterUse) throws {
        let addition = try PreparedAttachment(target, in: root)
        additions.append(addition)
        hooks[target.point.pinName] = Prepared(
            object: addition.object, location: target.location, use: use)
        let body = try load(
            use, target.point, addition.object, addition.pins, addition.maps, after: nil)
        swaps.append(
            Journal.Swap(
                attachment: target.point.pinName, old: nil, new: body, earlier: nil))
    }

    private func prepare(_ attachment: Attachment, _ use: FilterUse?) throws {
        let pins = root.pins(of: attachment.point)
        let object = HookObject(attachment.point, attachment.record)
        hooks[attachment.point.pinName] = Prepared(
            object: object, location: attachment.location, use: use)
        let bodies = try OpenBodies(pins)
        let body = try use.map { use in
            try load(
                use, attachment.point, object, pins,
                HookMaps.open(pins, on: attachment.point.hook), after: attachment)
        }
        swaps.append(
            Journal.Swap(
                attachment: attachment.point.pinName,
                old: try bodies.program(at: bodies.policyEntry()), new: body,
                earlier: try bodies.program(at: NETCTL_BODY_PREVIOUS)))
    }

    /// Says of attachments of an older version that this one's bodies are in force there: from here on the
    /// older netctl keeps its hands off them.
    private func adoptVersion() throws {
        for step in plan.steps {
            guard case .replace(let attachment, _) = step else { continue }
            var record = attachment.record
            guard record.abi < ABIVersion.current else { continue }
            record.abi = ABIVersion.current
            try PinnedRecord.replace(record, at: root.pins(of: attachment.point).attachment)
        }
    }

    /// Asks the new bodies about the sessions by which this host is managed.
    private func refuseLockOut() throws {
        let lockOut = LockOutGuard(
            plan.policy, ports: revision.policy.management ?? Policy.usualManagement)
        for swap in swaps {
            guard let program = swap.new, let hook = hooks[swap.attachment],
                let point = AttachPoint(pinName: swap.attachment), let use = hook.use,
                let meaning = meaning(of: use)
            else { continue }
            try lockOut.check(
                LockOutGuard.Candidate(
                    object: hook.object, point: point, location: hook.location, program: program,
                    pins: root.pins(named: swap.attachment), meaning: meaning))
        }
    }

    /// Loads what has the new bodies in force until the deadline.
    private func prepareWait(_ duration: Duration) throws -> PendingRecord {
        let pending = PendingRecord(
            policy: plan.policy.text,
            untilBootNanoseconds: BootClock.nanoseconds + duration.nanoseconds)
        for index in swaps.indices {
            let attachment = swaps[index].attachment
            swaps[index].pending = try hooks[attachment]?.object.loadFront(
                .pending(pending), at: root.pins(named: attachment))
        }
        return pending
    }

    /// Bodies that do the same: one of them is tried.
    private struct Tried: Hashable {
        let compilation: Preflight.Compilation
        let hook: Hook
        let ethernet: Bool
    }

    /// Refuses a body that does not do with packets what the policy means.
    private func tryOut(
        _ use: FilterUse, _ record: PolicyRecord, _ program: borrowing Program,
        _ object: HookObject
    ) throws {
        let kind = Tried(
            compilation: Preflight.Compilation(use), hook: use.hook, ethernet: object.ethernet)
        guard let filter = revision.policy.filter(named: use.filter),
            let meaning = meaning(of: use),
            tried.insert(kind).inserted
        else { return }
        Failpoint.tryOut.reach()
        guard let body = try DetachedBody.loadIfPermitted(record, onTablesOf: program, object)
        else { return }
        let canary = Canary(
            plan.policy, meaning, SamplePackets(filter, sets: revision.policy.sets))
        try canary.check(body, at: "\(use) on \(use.hook)")
    }

    /// What a filter means on a hook; nil on the hook for devices.
    private func meaning(of use: FilterUse) -> ReferenceInterpreter? {
        guard use.hook.hasAddresses else { return nil }
        return revision.policy.filter(named: use.filter).map {
            ReferenceInterpreter($0, sets: revision.policy.sets, monitor: use.monitor)
        }
    }

    /// Loads, fills and pins a body; nothing calls it.
    private func load(
        _ use: FilterUse, _ point: AttachPoint, _ object: HookObject, _ pins: AttachmentPins,
        _ maps: HookMaps, after previous: Attachment?
    ) throws -> UInt32 {
        let compilation = Preflight.Compilation(use)
        let compiled = try preflight.compile(use)
        let rules = compiled.body.rules
        let (slots, directory) = SlotDirectory.assign(
            rules, after: previous?.slots ?? .empty, replacing: previous?.policy?.rules ?? [])
        guard slots.count == rules.count else {
            throw DatapathError(
                "apply policy '\(plan.policy)'", "\(use)",
                "the attachment has no counters left for its rules",
                hint: "detach and attach again, or apply a policy without rules in between")
        }
        let events = try BodyEvents(of: point, in: root)
        let program =
            switch compiled.body {
            case .filter(let filter):
                try object.loadFilter(
                    filter, sides: compiled.sides, slots: slots, maps: maps,
                    redirects: Redirects(
                        namespace: NetworkNamespace(inode: point.namespace ?? 0),
                        indices: use.redirects),
                    shared: tables[compilation] ?? preflight.known.tables(for: compiled.sides),
                    limits: pins.limits, events: events)
            case .devices(let list, let monitor):
                try object.loadDevices(
                    list, monitor: monitor, slots: slots, maps: maps, events: events)
            }
        let records = preflight.records(of: compiled)
        if tables[compilation] == nil {
            tables[compilation] = try SharedTables(of: program)
            try preflight.known.add(program, records ?? [])
        }
        let id = try program.info.id
        let record = PolicyRecord(
            policy: plan.policy.text, filter: use.filter.text, digest: revision.digest,
            appliedAt: Date(), text: revision.text, rules: rules, slots: directory,
            redirects: use.redirects.isEmpty ? nil : use.redirects,
            isMonitored: compiled.body.isMonitored, folder: revision.folder, number: events.number,
            tables: records)
        try tryOut(use, record, program, object)
        Failpoint.pinBody.reach()
        try program.pin(at: pins.body(id))
        Failpoint.pinBodyRecord.reach()
        let body = BodyRecord.policy(record)
        try PinnedRecord.create(body, at: pins.record(id), name: body.mapName)
        return id
    }
}
