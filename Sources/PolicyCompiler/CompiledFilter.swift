internal import NetctlABI
public import NetTypes
public import Policy

/// A filter as the tables that BPF programs read, byte order and bounds settled, nothing loaded.
public struct CompiledFilter: Sendable {
    /// A rule as the classifier sees it.
    public struct CompiledRule: Sendable, Equatable {
        /// The rule's name, by which its counters are kept.
        public let name: Name
        /// Nil for a rule that counts and goes on.
        public let verdict: Verdict?
        /// The fields without which it cannot be judged, `NETCTL_FIELD_*`.
        public let needs: UInt8
        /// The interface that it redirects to.
        public let redirectsTo: String?
        /// The rate that it lets by.
        public let limit: Limit?
        /// Whether it only reports what it would drop.
        public let isMonitored: Bool
        /// Whether its packets become events, and how often.
        public let log: RuleLog?
        /// The sets that it names, outside of `not`.
        public let sets: [Name]
    }

    /// The filter's name.
    public let name: Name
    /// The verdict of packets that no rule decides.
    public let defaultVerdict: Verdict
    /// The verdict of packets whose headers cannot be read.
    public let malformedVerdict: Verdict
    /// The verdict of packets that are neither IPv4 nor IPv6.
    public let nonIPVerdict: Verdict
    /// Whether what would be dropped is passed, and counted with reason `monitor`.
    public let isMonitored: Bool
    /// Whether packets of the default and of broken headers become events.
    public let logs: Bool
    /// What its rules ask for that not every hook can do.
    public let features: Set<HookFeature>
    /// In the filter's order.
    public let rules: [CompiledRule]

    /// Source addresses, when a rule looks at them.
    public internal(set) var src: AddressTable?
    /// Destination addresses, when a rule looks at them.
    public internal(set) var dst: AddressTable?
    /// The other fields that rules look at.
    public internal(set) var values: [Dimension: ValueTable] = [:]
    /// Marks, when a rule looks at them.
    public internal(set) var mark: MarkTable?
    /// Whether a rule looks at what frames have that are not IP.
    public internal(set) var judgesNonIP = false

    /// A word for each row, see `row_summary` in `bpf/lib/tables.h`.
    public internal(set) var rowSummaries: [UInt64] = []
    /// The words of all rows, one row behind the other; empty when a row is one word.
    public internal(set) var rowWords: [UInt64] = []
    /// Words of a row, 1 to 64.
    public let wordsPerRow: Int

    /// The dimensions that rules use.
    public var dimensions: Set<Dimension> {
        var used = Set(values.keys)
        if src != nil { used.insert(.src) }
        if dst != nil { used.insert(.dst) }
        if mark != nil { used.insert(.mark) }
        return used
    }
}

/// A prefix and the class of the addresses that it covers more closely than any other.
public struct ClassifiedPrefix<Address: IPAddressFamily>: Sendable, Equatable {
    /// The prefix.
    public let prefix: Prefix<Address>
    /// An index into the table's `rows`.
    public let class_: UInt32
}

/// From address to class to row.
public struct AddressTable: Sendable {
    /// In address order, a covering prefix before what it covers.
    public let ipv4: [ClassifiedPrefix<IPv4Address>]
    /// In address order, a covering prefix before what it covers.
    public let ipv6: [ClassifiedPrefix<IPv6Address>]
    /// By class: a row, or `NETCTL_ROW_DECIDED` and a rule. Class 0 is every other address.
    public let rows: [UInt32]
    /// The row of frames that have no address.
    public let absentRow: UInt32

    /// What the trie of the IPv4 prefixes needs.
    private let size4: IPv4Trie.Size

    init(
        ipv4: [ClassifiedPrefix<IPv4Address>], ipv6: [ClassifiedPrefix<IPv6Address>],
        rows: [UInt32], absentRow: UInt32
    ) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.rows = rows
        self.absentRow = absentRow
        size4 = IPv4Trie.Size(ipv4)
    }

    /// Whether that trie is ranked, which the program has to know.
    public var isRanked4: Bool { size4.isSmallerRanked }

    /// What the tables of both IP versions take at least, known before they are built.
    public var leastBytes: Int {
        // A line of IPv6 has room for three entries.
        let lines = ipv6.count / 3
        return size4.leastBytes + lines * MemoryLayout<netctl_line6>.stride
    }

    /// The IPv4 prefixes as programs look them up.
    public func makeTrie4() -> IPv4Trie { IPv4Trie(ipv4, size4) }

    /// The IPv6 prefixes as programs look them up.
    public func makeSearch6() -> IPv6Search { IPv6Search(ipv6) }
}

/// From a small value to its class; the row of a class is `firstRow` plus the class.
public struct ValueTable: Sendable, Equatable {
    /// By value.
    public let classes: [UInt16]
    /// Where the rows of this dimension begin.
    public let firstRow: UInt32
}

/// From a mark to its class; the row of a class is `firstRow` plus the class.
public struct MarkTable: Sendable, Equatable {
    /// A mark has as many bits as an IPv4 address. None of these covers another.
    public let prefixes: [ClassifiedPrefix<IPv4Address>]
    /// Where the rows of this dimension begin.
    public let firstRow: UInt32
}
