internal import BPF
internal import LinuxSystem
internal import NetTypes
internal import NetctlABI
internal import Policy
internal import PolicyCompiler

extension FilterTables {
    /// Writes the tables of a loaded object; those that are shared hold it all already.
    func fill(_ object: borrowing LoadedObject) throws {
        if !filter.rules.isEmpty {
            try fill(object, "rules", zip(filter.rules, slots).map(Self.rule))
            try fill(object, "row_summary", filter.rowSummaries)
        }
        if filter.wordsPerRow > 1 { try fillBytes(object, "row_words", filter.rowWords) }
        for side in sides { try fill(object, side) }
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

    private static func rule(
        _ rule: CompiledFilter.CompiledRule, slot: UInt32
    ) -> netctl_rule {
        let verdict = rule.isMonitored ? .pass : rule.verdict
        return netctl_rule(
            verdict: UInt8((verdict?.abi ?? NETCTL_VERDICT_NONE).rawValue), needs: rule.needs,
            limit_per: UInt8((rule.limit?.per.abi ?? NETCTL_LIMIT_NONE).rawValue),
            logs: rule.verdict == nil && rule.log != nil ? 1 : 0,
            slot: slot, limit_interval: rule.limit?.intervalNanoseconds ?? 0,
            limit_tolerance: rule.limit?.toleranceNanoseconds ?? 0)
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

    private func fill(_ object: borrowing LoadedObject, _ side: AddressSide) throws {
        try fill(object, "\(side.name)_row", side.table.rows)
        guard !holds(side) else { return }
        let tables = side.tables
        try fillBytes(object, "\(side.name)_trie4", tables.trie4.root)
        try fillBytes(object, "\(side.name)_blocks4", tables.trie4.blocks)
        try fillBytes(object, "\(side.name)_leaves4", tables.trie4.leaves)
        try fill(object, "\(side.name)_search6", [tables.search6.tree])
        try fillBytes(object, "\(side.name)_lines6", tables.search6.lines)
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
