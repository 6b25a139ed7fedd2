import NetTypes
import NetctlABI
import Policy

@testable import PolicyCompiler

/// The tables of a filter as text, so that a test shows them.
extension CompiledFilter {
    /// A line for each prefix of an address dimension, behind one for all other addresses.
    func text(_ table: AddressTable?) -> [String] {
        guard let table else { return ["unused"] }
        return ["other: \(entry(table.rows[0]))"]
            + table.ipv4.map { "\($0.prefix): \(entry(table.rows[Int($0.class_)]))" }
            + table.ipv6.map { "\($0.prefix): \(entry(table.rows[Int($0.class_)]))" }
    }

    /// A line for each run of values of one class, behind those of the reserved classes.
    func text(_ table: ValueTable?) -> [String] {
        guard let table else { return ["unused"] }
        let first = Int(table.firstRow)
        var lines = [
            "absent: \(row(first + Int(NETCTL_CLASS_ABSENT.rawValue)))",
            "unreadable: \(row(first + Int(NETCTL_CLASS_UNREADABLE.rawValue)))",
        ]
        var start = 0
        for value in 1...table.classes.count
        where value == table.classes.count || table.classes[value] != table.classes[start] {
            let range = start == value - 1 ? "\(start)" : "\(start)-\(value - 1)"
            lines.append("\(range): \(row(first + Int(table.classes[start])))")
            start = value
        }
        return lines
    }

    /// A line for each run of marks of one class, behind one for all other marks.
    func text(_ table: MarkTable?) -> [String] {
        guard let table else { return ["unused"] }
        let first = Int(table.firstRow)
        return ["other: \(row(first + Int(NETCTL_CLASS_FIRST.rawValue)))"]
            + table.prefixes.map { entry in
                let lower = entry.prefix.address.bits
                let upper = entry.prefix.lastAddress.bits
                let range = lower == upper ? "\(lower)" : "\(lower)-\(upper)"
                return "\(range): \(row(first + Int(entry.class_)))"
            }
    }

    private func entry(_ entry: UInt32) -> String {
        guard entry & UInt32(NETCTL_ROW_DECIDED) == 0 else {
            return "decided by \(rules[Int(entry & UInt32(NETCTL_ROW_INDEX))].name)"
        }
        return row(Int(entry))
    }

    /// The names of a row's rules.
    private func row(_ number: Int) -> String {
        let words =
            wordsPerRow == 1
            ? [rowSummaries[number]]
            : Array(rowWords[number * wordsPerRow..<(number + 1) * wordsPerRow])
        let names = rules.indices.filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
            .map { rules[$0].name.text }
        return names.isEmpty ? "none" : names.joined(separator: " ")
    }
}
