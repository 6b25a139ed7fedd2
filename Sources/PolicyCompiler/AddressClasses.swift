internal import NetTypes

/// Turns the prefixes of many matchers into one table from longest prefix to class.
///
/// A more specific prefix inherits what covers it, so that a single longest-prefix match yields
/// every matcher that an address satisfies.
struct AddressClasses<Address: IPAddressFamily> {
    private var entries: [(prefix: Prefix<Address>, matcher: Int)] = []

    /// Adds the prefixes of one matcher, in any order.
    mutating func add(_ prefixes: some Collection<Prefix<Address>>, matcher: Int) {
        entries.reserveCapacity(entries.count + prefixes.count)
        for prefix in prefixes { entries.append((prefix, matcher)) }
    }

    /// The table, in address order, without the prefixes that change nothing.
    ///
    /// - Complexity: O(n log n) for n prefixes.
    consuming func table(
        numbering classes: inout Combinations
    ) throws(Combinations.TooMany) -> [ClassifiedPrefix<Address>] {
        entries.sort { $0.prefix < $1.prefix }
        var table: [ClassifiedPrefix<Address>] = []
        table.reserveCapacity(entries.count)
        var covering: [(prefix: Prefix<Address>, class_: Int)] = []
        var next = entries.startIndex
        while next < entries.endIndex {
            let (prefix, matcher) = entries[next]
            let first = next
            repeat { next += 1 } while next < entries.endIndex && entries[next].prefix == prefix
            while let last = covering.last, !last.prefix.contains(prefix) { covering.removeLast() }
            let inherited = covering.last?.class_ ?? 0
            let class_ =
                next - first == 1
                ? try classes.union(inherited, matcher)
                : try classes.union(inherited, entries[first..<next].lazy.map(\.matcher))
            guard class_ != inherited else { continue }
            table.append(ClassifiedPrefix(prefix: prefix, class_: UInt32(class_)))
            covering.append((prefix, class_))
        }
        return table
    }
}
