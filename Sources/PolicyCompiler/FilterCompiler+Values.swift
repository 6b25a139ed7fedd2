internal import NetTypes
internal import NetctlABI
internal import Policy

extension FilterCompiler {
    /// The table of `sport` or `dport`.
    mutating func portTable(
        terms: (Match) -> [PortTerm]?
    ) throws(CompileError) -> ValueTable {
        let portSets = portSets
        return try valueTable(count: 65536) { match in
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

    /// The table of a field with `count` values.
    mutating func valueTable(
        count: Int, ranges: (Match) -> [ClosedRange<Int>]?
    ) throws(CompileError) -> ValueTable {
        let matchers = Matchers(filter.rules) { match in ranges(match).map { [$0] } }
        var values = ValueClasses(count: count, matcherCount: matchers.all.count)
        for (number, matcher) in matchers.all.enumerated() {
            for range in matcher.terms { values.add(range, matcher: number) }
        }
        var classes = Combinations(matcherCount: matchers.all.count)
        let table: [Int]
        let reserved = Int(NETCTL_CLASS_FIRST.rawValue)
        let countMax = Int(UInt16.max) - reserved
        do throws(Combinations.TooMany) {
            table = try values.table(numbering: &classes)
            guard classes.members.count <= countMax else {
                throw Combinations.TooMany(maximum: countMax)
            }
        } catch {
            throw self.error("its rules tell more than \(error.maximum) kinds of ports apart")
        }
        // Absent: only rules that do not look. Unreadable: any rule might hold.
        let firstRow = rows.append(matchers.indifferent)
        rows.append(matchers.everyRule)
        for members in classes.members {
            rows.append(matchers.rules(satisfying: members))
            try checkRowBudget()
        }
        return ValueTable(classes: table.map { UInt16($0 + reserved) }, firstRow: firstRow)
    }
}
