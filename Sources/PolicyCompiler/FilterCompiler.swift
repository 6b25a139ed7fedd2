internal import NetTypes
internal import NetctlABI
public import Policy

extension CompiledFilter {
    /// Compiles one filter of a policy.
    ///
    /// - Parameters:
    ///   - filter: A filter whose references the reader has checked.
    ///   - sets: The sets of its policy.
    /// - Throws: ``CompileError`` when the tables would exceed a limit.
    public init(_ filter: Filter, sets: [NamedSet]) throws(CompileError) {
        try self.init(filter, sets: sets, rowBytesMax: FilterCompiler.rowBytesMax)
    }

    init(_ filter: Filter, sets: [NamedSet], rowBytesMax: Int) throws(CompileError) {
        self.init(filter)
        var compiler = FilterCompiler(filter: filter, sets: sets, rowBytesMax: rowBytesMax)
        try compiler.fill(&self)
    }

    private init(_ filter: Filter) {
        name = filter.name
        defaultVerdict = filter.defaultVerdict.verdict
        malformedVerdict = filter.malformed.verdict
        nonIPVerdict = filter.nonIP.verdict
        rules = filter.rules.map {
            CompiledRule(name: $0.name, verdict: $0.action.verdict, needs: $0.match.needs)
        }
        wordsPerRow = Row(ruleCount: rules.count).words.count
    }
}

extension PassOrDrop {
    var verdict: Verdict { self == .pass ? .pass : .drop }
}

extension Action {
    /// Nil for an action that does not decide.
    var verdict: Verdict? {
        switch self {
        case .pass: .pass
        case .drop: .drop
        case .count: nil
        }
    }
}

/// Builds the tables of one filter, dimension by dimension.
struct FilterCompiler {
    /// What one filter's rows may take.
    static let rowBytesMax = 64 << 20

    let filter: Filter
    private let rowBytesMax: Int
    private let addressSets: [Name: AddressSet]
    private let portSets: [Name: [PortRange]]
    private let constrained: [Set<Dimension>]

    init(filter: Filter, sets: [NamedSet], rowBytesMax: Int) {
        self.filter = filter
        self.rowBytesMax = rowBytesMax
        var addressSets: [Name: AddressSet] = [:]
        var portSets: [Name: [PortRange]] = [:]
        for set in sets {
            switch set.contents {
            case .addresses(let addresses): addressSets[set.name] = addresses
            case .ports(let ports): portSets[set.name] = ports
            }
        }
        self.addressSets = addressSets
        self.portSets = portSets
        constrained = filter.rules.map(\.match.dimensions)
    }

    mutating func fill(_ compiled: inout CompiledFilter) throws(CompileError) {
        guard !filter.rules.isEmpty else { return }
        var used = constrained.reduce(into: Set<Dimension>()) { $0.formUnion($1) }
        // Rules that match everything still need a row to be found by.
        if used.isEmpty { used = [.proto] }
        var rows = RowTable(ruleCount: filter.rules.count)
        if used.contains(.src) { compiled.src = addressTable(.src, &rows, terms: \.src) }
        if used.contains(.dst) { compiled.dst = addressTable(.dst, &rows, terms: \.dst) }
        if used.contains(.proto) {
            compiled.proto = try valueTable(.proto, count: 256, &rows) { match in
                match.proto?.map { Int($0.number)...Int($0.number) }
            }
        }
        if used.contains(.sport) {
            compiled.sport = try portTable(.sport, &rows, terms: \.sport)
        }
        if used.contains(.dport) {
            compiled.dport = try portTable(.dport, &rows, terms: \.dport)
        }
        guard rows.bytes <= rowBytesMax else {
            throw error(
                "its rows would take \(rows.bytes >> 20) MB of at most 64; "
                    + "use fewer overlapping sets")
        }
        compiled.rowSummaries = rows.summaries
        compiled.rowWords = rows.words
    }

    private func error(_ message: String) -> CompileError {
        CompileError(filter: filter.name, message: message)
    }

    /// The distinct terms that rules have in one dimension, and the rules that have them.
    private func matchers<Term: Hashable>(
        _ terms: (Match) -> [Term]?
    ) -> [(terms: [Term], rules: Row)] {
        var matchers: [(terms: [Term], rules: Row)] = []
        var known: [[Term]: Int] = [:]
        for (number, rule) in filter.rules.enumerated() {
            guard let terms = terms(rule.match) else { continue }
            let matcher = known[terms] ?? matchers.count
            if matcher == matchers.count {
                known[terms] = matcher
                matchers.append((terms, Row(ruleCount: filter.rules.count)))
            }
            matchers[matcher].rules.insert(number)
        }
        return matchers
    }

    /// The rules that do not look at a dimension, and those that look and are satisfied.
    private func row(
        _ others: Row, _ satisfied: [Int], of matchers: [(terms: [some Any], rules: Row)]
    ) -> Row {
        satisfied.reduce(into: others) { $0.formUnion(matchers[$1].rules) }
    }

    /// The rules that do not look at this dimension.
    private func indifferent(to dimension: Dimension) -> Row {
        var row = Row(ruleCount: filter.rules.count)
        for (number, used) in constrained.enumerated() where !used.contains(dimension) {
            row.insert(number)
        }
        return row
    }

    // MARK: Addresses

    private func addressTable(
        _ dimension: Dimension, _ rows: inout RowTable, terms: (Match) -> [AddressTerm]?
    ) -> AddressTable {
        let matchers = matchers(terms)
        var ipv4 = AddressClasses<IPv4Address>()
        var ipv6 = AddressClasses<IPv6Address>()
        for (number, matcher) in matchers.enumerated() {
            for term in matcher.terms {
                let addresses = addresses(of: term)
                ipv4.add(addresses.ipv4, matcher: number)
                ipv6.add(addresses.ipv6, matcher: number)
            }
        }
        var classes = Combinations()
        let table4 = ipv4.table(numbering: &classes)
        let table6 = ipv6.table(numbering: &classes)
        let others = indifferent(to: dimension)
        let entries = classes.members.map { members in
            addressEntry(row(others, members, of: matchers), dimension, &rows)
        }
        return AddressTable(ipv4: table4, ipv6: table6, rows: entries)
    }

    private func addresses(of term: AddressTerm) -> AddressSet {
        switch term {
        case .prefix(.v4(let prefix)): AddressSet(ipv4: [prefix], ipv6: [])
        case .prefix(.v6(let prefix)): AddressSet(ipv4: [], ipv6: [prefix])
        case .range(.v4(let range)): AddressSet(ipv4: range.prefixes, ipv6: [])
        case .range(.v6(let range)): AddressSet(ipv4: [], ipv6: range.prefixes)
        case .set(let name): addressSets[name] ?? AddressSet(ipv4: [], ipv6: [])
        }
    }

    /// A row, cut behind the first rule that an address of this class is sure to meet; or that rule,
    /// when nothing before it can match.
    private func addressEntry(
        _ row: Row, _ dimension: Dimension, _ rows: inout RowTable
    ) -> UInt32 {
        let decides = { (rule: Int) in
            filter.rules[rule].action.verdict != nil
                && constrained[rule].isSubset(of: [dimension])
        }
        guard let last = row.first(where: decides) else { return rows.index(of: row) }
        if row.first == last { return NETCTL_ROW_DECIDED | UInt32(last) }
        var row = row
        row.cut(after: last)
        return rows.index(of: row)
    }

    // MARK: Small values

    private func portTable(
        _ dimension: Dimension, _ rows: inout RowTable, terms: (Match) -> [PortTerm]?
    ) throws(CompileError) -> ValueTable {
        try valueTable(dimension, count: 65536, &rows) { match in
            terms(match)?.flatMap { term in
                let ranges =
                    switch term {
                    case .range(let range): [range]
                    case .set(let name): portSets[name] ?? []
                    }
                return ranges.map { Int($0.lower)...Int($0.upper) }
            }
        }
    }

    private func valueTable(
        _ dimension: Dimension, count: Int, _ rows: inout RowTable,
        ranges: (Match) -> [ClosedRange<Int>]?
    ) throws(CompileError) -> ValueTable {
        let matchers = matchers(ranges)
        var values = ValueClasses(count: count)
        for (number, matcher) in matchers.enumerated() {
            for range in matcher.terms { values.add(range, matcher: number) }
        }
        var classes = Combinations()
        let table = values.table(numbering: &classes)
        let reserved = Int(NETCTL_CLASS_FIRST.rawValue)
        guard classes.members.count + reserved <= Int(UInt16.max) else {
            throw error("its rules tell more than 65,533 kinds of ports apart")
        }
        // Absent: only rules that do not look. Unreadable: any rule might hold.
        let others = indifferent(to: dimension)
        let firstRow = rows.append(others)
        rows.append(row(others, Array(matchers.indices), of: matchers))
        for members in classes.members { rows.append(row(others, members, of: matchers)) }
        return ValueTable(classes: table.map { UInt16($0 + reserved) }, firstRow: firstRow)
    }
}
