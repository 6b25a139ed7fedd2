internal import NetTypes
internal import NetctlABI
internal import Policy

extension FilterCompiler {
    /// The table of a field that is one number.
    mutating func valueTable(_ field: PacketField) throws(CompileError) -> ValueTable {
        let judgesNonIP = judgesNonIP
        var terms = terms
        let matchers = Matchers<ClosedRange<UInt32>>(
            filter.rules,
            wanted: { match in
                if field == .etherType, judgesNonIP, !match.looksAtEveryFrame {
                    return [EtherType.ip.ranges]
                }
                return match.values(of: field, &terms).map { [$0.ranges] }
            })
        var values = ValueClasses(
            count: Int(field.last) + 1, matcherCount: matchers.all.count)
        for (number, matcher) in matchers.all.enumerated() {
            for range in matcher.terms {
                values.add(Int(range.lowerBound)...Int(range.upperBound), matcher: number)
            }
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
            throw self.error(
                "its rules tell more than \(error.maximum) values of '\(field.key)' apart")
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
