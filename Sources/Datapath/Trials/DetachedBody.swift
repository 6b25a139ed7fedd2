internal import BPF
internal import LinuxSystem
internal import NetTypes
internal import NetctlABI
package import Policy
package import PolicyCompiler
internal import SystemPackage

/// A program of ours that is attached to nothing, with counters of its own, that judges packets one by one.
///
/// What it did is read from its counters, as everything that netctl reports is.
package final class DetachedBody {
    /// The hook that it belongs to.
    package let hook: Hook
    /// Whether it is for packets that begin with an Ethernet header.
    package let ethernet: Bool
    private let program: Program
    private let counters: MappedArray<netctl_counter>
    // The program array must outlive the programs that use it.
    private let maps: HookMaps
    private let limits: HashMap<netctl_bucket_key, UInt64>?
    /// In the order of the filter.
    private let rules: [SlotDirectory.Entry]

    /// Loads the body of a filter.
    ///
    /// - Throws: ``DatapathError``, also when the filter asks for what the hook cannot do.
    package static func load(
        _ filter: CompiledFilter, on hook: Hook
    ) throws(DatapathError) -> DetachedBody {
        try translating {
            let maps = try HookMaps.detached(on: hook)
            let object = try HookObject.loadable(on: hook, maps: maps)
            let rules = filter.rules.enumerated().map { number, rule in
                SlotDirectory.Entry(
                    slot: UInt32(Int(NETCTL_SLOT_RULES) + number),
                    account: RuleRecord(
                        name: rule.name.text, verdict: rule.verdict, isMonitored: rule.isMonitored
                    ).account)
            }
            let program = try object.loadFilter(
                filter, slots: rules.map(\.slot), maps: maps, redirects: .loopback(for: filter))
            return try DetachedBody(object, program, maps, rules: rules)
        }
    }

    /// Loads a second instance of what an attachment has in force, on the same tables: it answers as
    /// the attachment does, with counters and limits of its own.
    ///
    /// - Throws: ``DatapathError``, also when it was detached meanwhile.
    package static func load(
        inForceAt attachment: Attachment
    ) throws(DatapathError) -> DetachedBody {
        try translating {
            let object = HookObject(attachment.point, attachment.record)
            guard attachment.state != .paused, let policy = attachment.policy else {
                let role: HookObject.Role = attachment.state == .paused ? .paused : .block
                let maps = try HookMaps.detached(on: object.hook)
                let program = try object.load(role, maps)
                return try DetachedBody(object, program, maps, rules: [])
            }
            return try load(policy, onTablesOf: attachment.policyBody(), object)
        }
    }

    /// Loads a second instance of a policy's body, on the same tables.
    static func load(
        _ policy: PolicyRecord, onTablesOf body: borrowing Program, _ object: HookObject
    ) throws -> DetachedBody {
        let maps = try HookMaps.detached(on: object.hook)
        let program = try object.loadFilter(onTablesOf: body, maps: maps)
        let entries = Dictionary(
            policy.slots.entries.map { ($0.account, $0) }, uniquingKeysWith: { $1 })
        return try DetachedBody(
            object, program, maps, rules: policy.rules.compactMap { entries[$0.account] })
    }

    /// The same, or nil where its tables may not be opened: without `CAP_SYS_ADMIN`.
    static func loadIfPermitted(
        _ policy: PolicyRecord, onTablesOf body: borrowing Program, _ object: HookObject
    ) throws -> DetachedBody? {
        do {
            return try load(policy, onTablesOf: body, object)
        } catch let error as BPFError
            where error.errno == .notPermitted && !Capabilities.effective.contains(.sysAdmin)
        {
            return nil
        }
    }

    private init(
        _ object: HookObject, _ program: consuming Program, _ maps: HookMaps,
        rules: [SlotDirectory.Entry]
    ) throws {
        hook = object.hook
        ethernet = object.ethernet
        self.rules = rules
        self.counters = try MappedArray(maps.counters, access: .readWrite)
        limits = try program.limits()
        self.program = program
        self.maps = maps
    }

    /// Judges one packet, as the first one that the program has seen.
    ///
    /// - Parameter packet: The packet as the hook sees it.
    /// - Returns: What the program counted; nil for a packet that the kernel's test runs do not take.
    /// - Throws: ``DatapathError``, also when the program counted what cannot be.
    package func judge(
        _ packet: SeenPacket
    ) throws(DatapathError) -> ReferenceInterpreter.Judgement? {
        try translating {
            try forget()
            guard let answer = try program.judge(packet, on: hook) else { return nil }
            let judgement = try judgement()
            guard hook.returnValue(of: judgement.verdict) == answer else {
                throw surprise("it counted \(judgement), and returned \(answer)")
            }
            return judgement
        }
    }

    /// Makes a prefix all that its block list holds; nil for nothing. The list is its own, so that no
    /// entry of the host's counts what is only tried.
    func block(_ prefix: IPPrefix?) throws(DatapathError) {
        try translating {
            guard let maps = maps.addresses?.block else { return }
            let table = try BlockTable(maps, access: .readWrite)
            var before: [netctl_block_key] = []
            try table.forEach { key, _ in before.append(key) }
            let now = BootClock.nanoseconds
            _ = try table.remove(before, at: now)
            guard let prefix else { return }
            let entry = netctl_block_entry(added: now, expires: 0, reason: .none)
            _ = try table.add([netctl_block_key(prefix)], entry, at: now)
        }
    }

    /// Packets that were judged before leave nothing behind.
    private func forget() throws {
        for index in 0..<counters.count where counters[index].packets != 0 {
            counters[index] = netctl_counter()
        }
        for (key, _) in try limits?.elements() ?? [] { try limits?.delete(key) }
    }

    private func judgement() throws -> ReferenceInterpreter.Judgement {
        var counts: [Int: UInt64] = [:]
        for index in 0..<counters.count where counters[index].packets != 0 {
            counts[index % Int(NETCTL_SLOTS), default: 0] += counters[index].packets
        }
        var decided: [(verdict: Verdict, reason: Reason, rule: Name?)] = []
        var counted: [Name] = []
        for entry in rules {
            guard let packets = counts.removeValue(forKey: Int(entry.slot)) else { continue }
            guard packets == 1 else { throw surprise("rule \(entry.account.rule) counted twice") }
            let name = try Name(entry.account.rule)
            guard let outcome = entry.account.outcome else {
                counted.append(name)
                continue
            }
            decided.append((outcome.verdict, outcome.reason, name))
        }
        for reason in Reason.allCases {
            for verdict in Verdict.allCases
            where counts.removeValue(forKey: Counters.slot(reason, verdict)) != nil {
                decided.append((verdict, reason, nil))
            }
        }
        guard counts.isEmpty, decided.count == 1, let outcome = decided.first else {
            throw surprise("it counted one packet \(decided.count + counts.count) times")
        }
        return ReferenceInterpreter.Judgement(
            outcome.verdict, outcome.reason, rule: outcome.rule, counted: counted)
    }

    private func surprise(_ what: String) -> DatapathError {
        DatapathError(
            "judge packet", "program of hook \(hook)", what,
            hint: "this is an error of netctl: please report it")
    }
}

extension Program {
    /// The buckets of the program's limits; nil when its rules have none.
    fileprivate borrowing func limits() throws -> HashMap<netctl_bucket_key, UInt64>? {
        for id in try info.mapIDs {
            let map = try Map(id: id)
            if map.info.name == "limits" { return try HashMap(map) }
        }
        return nil
    }
}
