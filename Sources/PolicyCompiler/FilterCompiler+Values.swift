internal import NetTypes
internal import NetctlABI
internal import Policy

extension FilterCompiler {
    /// The table of a field that is one small number.
    mutating func valueTable(_ field: PacketField) throws(CompileError) -> ValueTable {
        let (runs, firstRow) = try classes(of: field)
        var classes = Array(
            repeating: UInt16(NETCTL_CLASS_FIRST.rawValue), count: Int(field.last) + 1)
        for run in runs {
            for value in run.values { classes[Int(value)] = UInt16(run.class_) }
        }
        return ValueTable(classes: classes, firstRow: firstRow)
    }

    /// The prefixes of `mark`, of which there are too many values for a table.
    mutating func markTable() throws(CompileError) -> MarkTable {
        let (runs, firstRow) = try classes(of: .mark)
        let prefixes = runs.flatMap { run in
            let ends = (run.values.lowerBound, run.values.upperBound)
            return AddressRange(IPv4Address(bits: ends.0), IPv4Address(bits: ends.1))?.prefixes
                .map { ClassifiedPrefix(prefix: $0, class_: run.class_) } ?? []
        }
        return MarkTable(prefixes: prefixes, firstRow: firstRow)
    }

    /// The classes of a field's values, reserved ones counted, and where their rows begin. Values in
    /// no run are of class `NETCTL_CLASS_FIRST`.
    private mutating func classes(
        of field: PacketField
    ) throws(CompileError) -> (runs: [ValueClasses.Run], firstRow: UInt32) {
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
        var values = ValueClasses(matcherCount: matchers.all.count)
        for (number, matcher) in matchers.all.enumerated() {
            for range in matcher.terms { values.add(range, matcher: number) }
        }
        var classes = Combinations(matcherCount: matchers.all.count)
        let runs: [ValueClasses.Run]
        let reserved = NETCTL_CLASS_FIRST.rawValue
        let countMax = Int(UInt16.max) - Int(reserved)
        do throws(Combinations.TooMany) {
            runs = try values.runs(numbering: &classes)
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
        try addRows(of: field.key, classes.members) { compiler, members in
            compiler.rows.append(matchers.rules(satisfying: members))
        }
        return (
            runs.map { ValueClasses.Run(values: $0.values, class_: $0.class_ + reserved) }, firstRow
        )
    }
}
