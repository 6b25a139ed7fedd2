internal import NetTypes
internal import NetctlABI
internal import Policy

extension FilterCompiler {
    /// The table of a field that is a small number.
    mutating func valueTable(_ dimension: Dimension, count: Int) throws(CompileError) -> ValueTable
    {
        let judgesNonIP = judgesNonIP
        let portSets = portSets
        let matchers = Matchers<ClosedRange<Int>>(
            filter.rules,
            wanted: { match in
                if dimension == .etherType, judgesNonIP, !match.looksAtEveryFrame {
                    return [Self.ip.ranges]
                }
                return match.values(of: dimension, portSets: portSets).map { [$0.ranges] }
            })
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

    /// The Ethernet types of which rules that name none are.
    private static let ip = ValueRanges(
        [EtherType.ipv4, .ipv6].map { Int($0.rawValue)...Int($0.rawValue) })
}
