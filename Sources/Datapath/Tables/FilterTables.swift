internal import BPF
internal import NetctlABI
internal import Policy
internal import PolicyCompiler

/// The maps of `bpf/lib/tables.h` for one filter.
struct FilterTables {
    let filter: CompiledFilter
    let slots: [UInt32]
    let redirects: Redirects
    let sides: [AddressSide]
    let shared: SharedTables
    let hook: Hook

    init(
        _ filter: CompiledFilter, sides: [AddressSide], slots: [UInt32], redirects: Redirects,
        shared: SharedTables, hook: Hook
    ) {
        self.sides = sides
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
        // its rules, scan_words its rows unless there is one word.
        var names = ["rules"]
        if !filter.rules.isEmpty { names.append("row_summary") }
        if filter.wordsPerRow > 1 { names.append("row_words") }
        if filter.isLimited { names.append("limits") }
        if filter.isRedirecting { names.append("redirect_to") }
        if filter.mark != nil { names.append("mark_prefix") }
        for side in sides { names += side.maps + ["\(side.name)_row"] }
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
        for side in sides {
            try object.setGlobal("\(side.name)_ranked4", to: side.isRanked4)
            try object.setMaxEntries(map: "\(side.name)_row", UInt32(side.table.rows.count))
            let root = IPv4Trie.rootBytes(isRanked: side.isRanked4)
            try object.setValueSize(map: "\(side.name)_trie4", bytes: UInt32(root))
            guard !holds(side) else { continue }
            for (map, count) in side.tables.elements {
                try object.setMaxEntries(map: "\(side.name)_\(map)", count)
            }
        }
        if let mark = filter.mark {
            try object.setMaxEntries(map: "mark_prefix", UInt32(max(1, mark.prefixes.count)))
        }
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

    /// Whether the addresses of a side are in the kernel already.
    func holds(_ side: AddressSide) -> Bool {
        side.maps.allSatisfy { shared.maps[$0] != nil }
    }
}

extension CompiledFilter {
    /// Whether any rule has a limit.
    var isLimited: Bool { rules.contains { $0.limit != nil } }

    /// Whether any rule redirects.
    var isRedirecting: Bool { rules.contains { $0.redirectsTo != nil } }
}

extension Dimension {
    /// The map from its values to classes, in `bpf/lib/tables.h`.
    var classMap: String {
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
