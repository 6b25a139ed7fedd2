internal import BPF
internal import LinuxSystem
internal import NetTypes
internal import NetctlABI
internal import Policy
internal import PolicyCompiler
internal import SystemPackage

extension HookObject {
    /// Loads the body of a filter and fills its tables. Nothing calls it yet.
    ///
    /// - Parameters:
    ///   - filter: The compiled filter.
    ///   - slots: A counter slot for each rule, in order.
    ///   - counters: The attachment's counters.
    ///   - bodies: The attachment's program array.
    ///   - redirects: The interfaces that rules redirect to.
    ///   - shared: Tables of a body of the same filter, by name, that are used instead of new ones.
    ///   - limits: Where the buckets of limits are pinned, or will be; nil for ones of its own.
    /// - Returns: The program.
    /// - Throws: ``DatapathError`` when a rule asks for what the hook cannot do; `BPFError` when the
    ///   kernel refuses the program or has no memory for its tables.
    func loadFilter(
        _ filter: CompiledFilter, slots: [UInt32], counters: borrowing Map, bodies: borrowing Map,
        redirects: Redirects, shared: SharedTables = .none, limits: FilePath? = nil
    ) throws -> Program {
        // The reader and the plan have said so at the rule, where there are any.
        if let feature = filter.features.first(where: { !$0.hooks.contains(hook) }) {
            throw DatapathError(
                "load filter '\(filter.name)'", "\(hook)", "it cannot do '\(feature.rawValue)'",
                code: .invalidPolicy)
        }
        let tables = FilterTables(
            filter, slots: slots, redirects: redirects, shared: shared, hook: hook)
        var object = try open(
            .filter, tables: tables.names, counters: counters, bodies: bodies)
        try tables.configure(&object)
        for (name, id) in shared.maps {
            try object.reuse(map: name, Map(id: id).descriptor)
        }
        if filter.isLimited, let limits {
            try object.reuse(map: "limits", Limits.pinnedOrCreate(at: limits).descriptor)
        }
        let loaded = try object.load()
        try tables.fill(loaded)
        return try loaded.program(program(.filter))
    }
}

/// The buckets of an attachment's limits. They outlive its bodies: an apply refills none.
enum Limits {
    static func pinnedOrCreate(at path: FilePath) throws -> Map {
        do throws(BPFError) {
            return try Map(pinned: path)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        let map = try Map.create(
            type: .lruHash, name: "limits",
            keySize: UInt32(MemoryLayout<netctl_bucket_key>.size), valueSize: 8,
            maxEntries: UInt32(NETCTL_BUCKETS))
        try map.pin(at: path)
        return map
    }
}

/// The maps of `bpf/lib/tables.h` for one filter.
private struct FilterTables {
    let filter: CompiledFilter
    let slots: [UInt32]
    let redirects: Redirects
    let shared: SharedTables
    let hook: Hook

    init(
        _ filter: CompiledFilter, slots: [UInt32], redirects: Redirects, shared: SharedTables,
        hook: Hook
    ) {
        self.hook = hook
        self.shared = shared
        self.filter = filter
        self.slots = slots
        self.redirects = redirects
    }

    /// The tables that this filter uses; the others are not created, the verifier having removed
    /// what looks into them.
    var names: [String] {
        // Before Linux 6.8 a global function is verified although nothing calls it: scan_word needs
        // its rules.
        var names = ["rules"]
        if !filter.rules.isEmpty { names.append("row_summary") }
        if filter.wordsPerRow > 1 { names.append("row_words") }
        if filter.isLimited { names.append("limits") }
        if filter.isRedirecting { names.append("redirect_to") }
        if filter.mark != nil { names.append("mark_prefix") }
        let addressTables = ["trie4", "blocks4", "leaves4", "prefix6", "row"]
        if filter.src != nil { names += addressTables.map { "src_\($0)" } }
        if filter.dst != nil { names += addressTables.map { "dst_\($0)" } }
        return names + filter.values.keys.map(\.classMap)
    }

    func configure(_ object: inout OpenObject) throws {
        try object.setGlobal("dimensions", to: filter.dimensions.reduce(0) { $0 | $1.bit })
        try object.setGlobal("words", to: UInt32(filter.wordsPerRow))
        try object.setGlobal("default_verdict", to: UInt8(filter.defaultVerdict.abi.rawValue))
        try object.setGlobal("malformed_verdict", to: UInt8(filter.malformedVerdict.abi.rawValue))
        try object.setGlobal("non_ip_verdict", to: UInt8(filter.nonIPVerdict.abi.rawValue))
        try object.setGlobal("monitor", to: filter.isMonitored)
        try object.setGlobal("limited", to: filter.isLimited)
        try object.setGlobal("redirects", to: filter.isRedirecting)
        try object.setGlobal("judges_non_ip", to: filter.judgesNonIP)
        try object.setGlobal("first_row", to: firstRows)
        try object.setMaxEntries(map: "rules", UInt32(max(1, filter.rules.count)))
        if !filter.rules.isEmpty {
            try object.setMaxEntries(map: "row_summary", UInt32(filter.rowSummaries.count))
        }
        if filter.wordsPerRow > 1 {
            try object.setMaxEntries(map: "row_words", UInt32(filter.rowSummaries.count))
            try object.setValueSize(map: "row_words", bytes: UInt32(filter.wordsPerRow * 8))
        }
        if filter.isRedirecting {
            try object.setMaxEntries(map: "redirect_to", UInt32(filter.rules.count))
        }
        for (name, table) in [("src", filter.src), ("dst", filter.dst)] {
            guard let table else { continue }
            try object.setMaxEntries(
                map: "\(name)_blocks4",
                Self.elements(table.trie4.blocks.count, NETCTL_TRIE4_BLOCKS << 8))
            try object.setMaxEntries(
                map: "\(name)_leaves4",
                Self.elements(table.trie4.leaves.count, NETCTL_TRIE4_LEAVES))
            try object.setMaxEntries(map: "\(name)_prefix6", UInt32(max(1, table.ipv6.count)))
            try object.setMaxEntries(map: "\(name)_row", UInt32(table.rows.count))
        }
        if let mark = filter.mark {
            try object.setMaxEntries(map: "mark_prefix", UInt32(max(1, mark.prefixes.count)))
        }
    }

    func fill(_ object: borrowing LoadedObject) throws {
        if !filter.rules.isEmpty {
            try fill(object, "rules", zip(filter.rules, slots).map(Self.rule))
            try fill(object, "row_summary", filter.rowSummaries)
        }
        if filter.wordsPerRow > 1 { try fillBytes(object, "row_words", filter.rowWords) }
        if let src = filter.src { try fill(object, "src", src) }
        if let dst = filter.dst { try fill(object, "dst", dst) }
        if let mark = filter.mark { try fill(object, "mark_prefix", mark.prefixes) }
        for (dimension, table) in filter.values {
            try fillBytes(object, dimension.classMap, table.classes)
        }
        if filter.isRedirecting { try fillRedirects(object) }
    }

    /// On XDP the kernel looks the indices up at once, in the namespace of who writes them; on TC when
    /// a packet goes there.
    private func fillRedirects(_ object: borrowing LoadedObject) throws {
        guard hook == .xdp else {
            return try fill(object, "redirect_to", filter.rules.map(interface))
        }
        let map = try object.map("redirect_to", as: DeviceMap.self)
        try redirects.namespace.openExisting().perform {
            for (number, rule) in filter.rules.enumerated() where rule.redirectsTo != nil {
                try map.set(UInt32(number), interface: interface(of: rule))
            }
        }
    }

    /// The index of the interface that a rule redirects to; 0 of one that does not.
    private func interface(of rule: CompiledFilter.CompiledRule) -> UInt32 {
        guard let name = rule.redirectsTo else { return 0 }
        guard let index = redirects.indices[name] else {
            preconditionFailure("nobody has looked for interface '\(name)'")
        }
        return index
    }

    /// In the order of enum netctl_dimension.
    private var firstRows: InlineArray<15, UInt32> {
        var rows = InlineArray<15, UInt32>(repeating: 0)
        precondition(rows.count == NETCTL_DIMENSION_MAX.rawValue, "one row for each dimension")
        for (dimension, table) in filter.values {
            rows[Int(dimension.abi.rawValue)] = table.firstRow
        }
        rows[Int(Dimension.src.abi.rawValue)] = filter.src?.absentRow ?? 0
        rows[Int(Dimension.dst.abi.rawValue)] = filter.dst?.absentRow ?? 0
        rows[Int(Dimension.mark.abi.rawValue)] = filter.mark?.firstRow ?? 0
        return rows
    }

    private static func rule(
        _ rule: CompiledFilter.CompiledRule, slot: UInt32
    ) -> netctl_rule {
        let verdict = rule.isMonitored ? .pass : rule.verdict
        return netctl_rule(
            verdict: UInt8((verdict?.abi ?? NETCTL_VERDICT_NONE).rawValue), needs: rule.needs,
            limit_per: UInt8((rule.limit?.per.abi ?? NETCTL_LIMIT_NONE).rawValue), reserved: 0,
            slot: slot, limit_interval: rule.limit?.intervalNanoseconds ?? 0,
            limit_tolerance: rule.limit?.toleranceNanoseconds ?? 0)
    }

    /// How many elements hold so many values, at least one.
    private static func elements(_ count: Int, _ perElement: some BinaryInteger) -> UInt32 {
        UInt32(max(1, (count + Int(perElement) - 1) / Int(perElement)))
    }

    /// Writes an array of one value an element.
    private func fill<Value: BitwiseCopyable>(
        _ object: borrowing LoadedObject, _ name: String, _ values: [Value]
    ) throws {
        guard shared.maps[name] == nil else { return }
        let array = try MappedArray<Value>(object.map(name, as: Map.self), access: .readWrite)
        for (index, value) in values.enumerated() { array[index] = value }
    }

    /// Writes the bytes of an array whose elements hold many values each.
    private func fillBytes<Value: BitwiseCopyable>(
        _ object: borrowing LoadedObject, _ name: String, _ values: [Value]
    ) throws {
        guard shared.maps[name] == nil else { return }
        let memory = try MapMemory(object.map(name, as: Map.self), access: .readWrite)
        memory.withUnsafeBytes { bytes in values.withUnsafeBytes { bytes.copyMemory(from: $0) } }
    }

    private func fill(
        _ object: borrowing LoadedObject, _ name: String, _ table: AddressTable
    ) throws {
        try fill(object, "\(name)_row", table.rows)
        try fillBytes(object, "\(name)_trie4", table.trie4.root)
        try fillBytes(object, "\(name)_blocks4", table.trie4.blocks)
        try fillBytes(object, "\(name)_leaves4", table.trie4.leaves)
        guard shared.maps["\(name)_prefix6"] == nil else { return }
        let trie6 = try object.map(
            "\(name)_prefix6", as: LPMTrie<netctl_lpm6_key, UInt32>.self)
        let keys6 = table.ipv6.map { netctl_lpm6_key($0.prefix) }
        let classes6 = table.ipv6.map(\.class_)
        try trie6.updateBatch(keys: keys6.span, values: classes6.span)
    }

    private func fill(
        _ object: borrowing LoadedObject, _ name: String,
        _ prefixes: [ClassifiedPrefix<IPv4Address>]
    ) throws {
        guard shared.maps[name] == nil else { return }
        let trie = try object.map(name, as: LPMTrie<netctl_lpm4_key, UInt32>.self)
        let keys = prefixes.map { netctl_lpm4_key($0.prefix) }
        let classes = prefixes.map(\.class_)
        try trie.updateBatch(keys: keys.span, values: classes.span)
    }
}

extension netctl_lpm4_key {
    init(_ prefix: Prefix<IPv4Address>) {
        // SAFETY: four bytes either way; the kernel reads the address in network order.
        self.init(
            prefixlen: UInt32(prefix.length),
            address: unsafeBitCast(
                prefix.address.bits.bigEndian, to: (UInt8, UInt8, UInt8, UInt8).self))
    }
}

extension netctl_lpm6_key {
    init(_ prefix: Prefix<IPv6Address>) {
        self.init()
        prefixlen = UInt32(prefix.length)
        withUnsafeMutableBytes(of: &address) { bytes in
            withUnsafeBytes(of: prefix.address.bits.bigEndian) { bytes.copyMemory(from: $0) }
        }
    }
}

extension CompiledFilter {
    /// Whether any rule has a limit.
    fileprivate var isLimited: Bool { rules.contains { $0.limit != nil } }

    /// Whether any rule redirects.
    fileprivate var isRedirecting: Bool { rules.contains { $0.redirectsTo != nil } }
}

extension Limit.Scope {
    /// The value that BPF programs use, `enum netctl_limit_per`.
    fileprivate var abi: netctl_limit_per {
        switch self {
        case .all: NETCTL_LIMIT_ALL
        case .src: NETCTL_LIMIT_SRC
        case .srcNet: NETCTL_LIMIT_SRC_NET
        }
    }
}

extension Dimension {
    /// The map from its values to classes, in `bpf/lib/tables.h`.
    fileprivate var classMap: String {
        switch self {
        case .src, .dst, .mark: preconditionFailure("\(self) has prefixes, not values")
        case .proto: "proto_class"
        case .sport: "sport_class"
        case .dport: "dport_class"
        case .tcpFlags: "tcp_flags_class"
        case .icmp: "icmp_class"
        case .etherType: "ethertype_class"
        case .vlan: "vlan_class"
        case .fragment: "fragment_class"
        case .length: "length_class"
        case .ttl: "ttl_class"
        case .dscp: "dscp_class"
        case .extHeader: "ext_class"
        }
    }
}
