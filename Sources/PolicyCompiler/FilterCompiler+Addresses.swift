internal import NetTypes
internal import NetctlABI
internal import Policy

extension FilterCompiler {
    /// The table of `src` or `dst`.
    mutating func addressTable(_ dimension: Dimension) throws(CompileError) -> AddressTable {
        let matchers = Matchers<AddressTerm>(
            filter.rules,
            wanted: { $0.keys.addresses(of: dimension).map(Self.groups) },
            unwanted: { $0.not.addresses(of: dimension).map(Self.groups) })
        var ipv4 = AddressClasses<IPv4Address>()
        var ipv6 = AddressClasses<IPv6Address>()
        for (number, matcher) in matchers.all.enumerated() {
            for term in matcher.terms {
                let addresses = addresses(of: term)
                ipv4.add(addresses.ipv4, matcher: number)
                ipv6.add(addresses.ipv6, matcher: number)
            }
        }
        var classes = Combinations(matcherCount: matchers.all.count)
        let table4: [ClassifiedPrefix<IPv4Address>]
        let table6: [ClassifiedPrefix<IPv6Address>]
        do throws(Combinations.TooMany) {
            table4 = try ipv4.table(numbering: &classes)
            table6 = try ipv6.table(numbering: &classes)
        } catch {
            throw self.error(
                "the \(dimension) addresses of its rules overlap in more than \(error.maximum) ways, "
                    + "most of all "
                    + Overlaps(classes, of: matchers, filter.rules).largest.joined(separator: ", ")
                    + "; use fewer overlapping sets")
        }
        let deciding = decidingRules(alone: dimension)
        let last = lastRules(of: matchers, deciding)
        var rows: [UInt32] = []
        let (all, rules) = (classes, filter.rules)
        try addRows(
            of: "\(dimension)", classes.members, overlaps: { Overlaps(all, of: matchers, rules) }
        ) { compiler, members in
            rows.append(
                matchers.hasRefusals
                    ? compiler.entry(members, matchers, deciding)
                    : compiler.entry(members, matchers, last))
        }
        return AddressTable(
            ipv4: table4, ipv6: table6, rows: rows,
            absentRow: self.rows.index(of: matchers.indifferent))
    }

    /// A set is a matcher of its own: lists that name it share its prefixes.
    private static func groups(_ terms: [AddressTerm]) -> [[AddressTerm]] {
        let others = terms.filter { $0.set == nil }
        return terms.filter { $0.set != nil }.map { [$0] } + (others.isEmpty ? [] : [others])
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

    /// The first rule that is sure to decide: of those that do not look at the addresses, and of
    /// those of each matcher, for an address that satisfies it.
    private struct LastRules {
        let indifferent: Int?
        let byMatcher: [Int?]
    }

    private func lastRules(of matchers: Matchers<AddressTerm>, _ deciding: Row) -> LastRules {
        LastRules(
            indifferent: matchers.indifferent.first(in: deciding),
            byMatcher: matchers.all.map { $0.rules.first(in: deciding) })
    }

    /// The rules that decide every IP packet that satisfies them in one dimension.
    private func decidingRules(alone dimension: Dimension) -> Row {
        var deciding = Row(count: filter.rules.count)
        for (number, rule) in filter.rules.enumerated()
        where rule.action.verdict != nil && rule.limit == nil
            && rule.match.dimensions.isSubset(of: [dimension])
        {
            deciding.insert(number)
        }
        return deciding
    }

    /// A row, cut behind the first rule that an address of this class is sure to meet; or that rule,
    /// when nothing before it can match.
    private mutating func entry(
        _ members: Row, _ matchers: Matchers<AddressTerm>, _ lastRules: LastRules
    ) -> UInt32 {
        var row = matchers.indifferent
        var last = lastRules.indifferent ?? .max
        // In the order of their first rules: those behind the last rule make no difference.
        _ = members.first { number in
            let matcher = matchers.all[number].rules
            if let first = matcher.first, first > last { return true }
            row.formUnion(matcher)
            last = min(last, lastRules.byMatcher[number] ?? .max)
            return false
        }
        return entry(row, last: last == .max ? nil : last)
    }

    /// The same where rules refuse addresses: whether one is met shows only in the finished row.
    private mutating func entry(
        _ members: Row, _ matchers: Matchers<AddressTerm>, _ deciding: Row
    ) -> UInt32 {
        let row = matchers.rules(satisfying: members)
        return entry(row, last: row.first(in: deciding))
    }

    private mutating func entry(_ row: Row, last: Int?) -> UInt32 {
        guard let last else { return rows.index(of: row) }
        if row.first == last { return NETCTL_ROW_DECIDED | UInt32(last) }
        var row = row
        row.cut(after: last)
        return rows.index(of: row)
    }
}
