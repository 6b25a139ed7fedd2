internal import NetTypes

/// How much a set holds, for `netctl validate`.
public struct SetSummary: Codable, Equatable, Sendable {
    /// The set.
    public var name: String
    /// What it holds of IPv4.
    public var ipv4: Family
    /// What it holds of IPv6.
    public var ipv6: Family
    /// The ports and ranges of ports of a set of ports.
    public var ports: Int
    /// The prefixes that were named more than once, each time but the first; none is kept twice.
    public var duplicates: Int
    /// The prefixes that lie inside others.
    public var contained: Int

    /// What a set holds of one IP version.
    public struct Family: Codable, Equatable, Sendable {
        /// The prefixes, without duplicates.
        public var prefixes: Int
        /// The addresses in them, each counted once: a decimal number of up to 39 digits.
        public var addresses: String
    }

    /// Counts what a set holds.
    ///
    /// - Parameters:
    ///   - set: The set.
    ///   - duplicates: How many prefixes were named again.
    /// - Complexity: O(n).
    public init(_ set: NamedSet, duplicates: Int) {
        name = set.name.text
        self.duplicates = duplicates
        switch set.contents {
        case .addresses(let addresses):
            ipv4 = Family(addresses.ipv4)
            ipv6 = Family(addresses.ipv6)
            contained = addresses.contained.count
            ports = 0
        case .ports(let ranges):
            ipv4 = Family([Prefix<IPv4Address>]())
            ipv6 = Family([Prefix<IPv6Address>]())
            contained = 0
            ports = ranges.count
        }
    }

    /// One line: `set 'bad': IPv4: 2 prefixes, 257 addresses; 1 duplicate, 1 inside another`.
    public var text: String {
        var parts: [String] = []
        for (label, family) in [("IPv4", ipv4), ("IPv6", ipv6)] where family.prefixes > 0 {
            let addresses = family.addresses == "1" ? "address" : "addresses"
            parts.append(
                "\(label): \(family.prefixes) \(family.prefixes == 1 ? "prefix" : "prefixes"),"
                    + " \(family.addresses) \(addresses)")
        }
        if ports > 0 {
            parts.append("\(ports) \(ports == 1 ? "port or range" : "ports or ranges")")
        }
        var overlaps: [String] = []
        if duplicates > 0 {
            overlaps.append("\(duplicates) \(duplicates == 1 ? "duplicate" : "duplicates")")
        }
        if contained > 0 {
            overlaps.append("\(contained) inside \(contained == 1 ? "another" : "others")")
        }
        if !overlaps.isEmpty { parts.append(overlaps.joined(separator: ", ")) }
        return "set '\(name)': \(parts.isEmpty ? "empty" : parts.joined(separator: "; "))"
    }
}

extension SetSummary.Family {
    fileprivate init<Address: IPAddressFamily>(_ prefixes: [Prefix<Address>]) {
        self.prefixes = prefixes.count
        addresses = Self.covered(prefixes)
    }

    /// Prefixes nest: one counts unless it lies inside the last one that did.
    private static func covered<Address: IPAddressFamily>(_ prefixes: [Prefix<Address>]) -> String {
        var total: UInt128 = 0
        var holder: Prefix<Address>?
        for prefix in prefixes where holder?.contains(prefix) != true {
            holder = prefix
            let (sum, isWhole) = total.addingReportingOverflow(
                1 << UInt128(Address.bitWidth - prefix.length))
            // All of IPv6 is one more than the type can hold: a sum of 0, or a shift to 0.
            guard !isWhole, prefix.length > 0 || Address.bitWidth < UInt128.bitWidth else {
                return "340282366920938463463374607431768211456"
            }
            total = sum
        }
        return String(total)
    }
}
