public import NetTypes

/// Prefixes of both IP versions, each list sorted and without duplicates.
///
/// A prefix inside another one is kept: what covers what is the compiler's business.
public struct AddressSet: Equatable, Sendable {
    /// The IPv4 prefixes, by address, then by length.
    public private(set) var ipv4: [Prefix<IPv4Address>]
    /// The IPv6 prefixes, by address, then by length.
    public private(set) var ipv6: [Prefix<IPv6Address>]

    /// Makes a set; the lists may come in any order and with duplicates.
    public init(ipv4: [Prefix<IPv4Address>] = [], ipv6: [Prefix<IPv6Address>] = []) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        Self.sortAndDeduplicate(&self.ipv4)
        Self.sortAndDeduplicate(&self.ipv6)
    }

    /// The number of prefixes.
    public var count: Int { ipv4.count + ipv6.count }

    /// Whether there is no prefix.
    public var isEmpty: Bool { ipv4.isEmpty && ipv6.isEmpty }

    /// The prefixes of both sets.
    ///
    /// - Complexity: O(n): both are sorted.
    public func union(_ other: AddressSet) -> AddressSet {
        var result = AddressSet()
        result.ipv4 = Self.merge(ipv4, other.ipv4)
        result.ipv6 = Self.merge(ipv6, other.ipv6)
        return result
    }

    private static func merge<Address>(
        _ left: [Prefix<Address>], _ right: [Prefix<Address>]
    ) -> [Prefix<Address>] {
        guard !left.isEmpty else { return right }
        guard !right.isEmpty else { return left }
        var result: [Prefix<Address>] = []
        result.reserveCapacity(left.count + right.count)
        var (first, second) = (0, 0)
        while first < left.count, second < right.count {
            if left[first] == right[second] {
                result.append(left[first])
                first += 1
                second += 1
            } else if left[first] < right[second] {
                result.append(left[first])
                first += 1
            } else {
                result.append(right[second])
                second += 1
            }
        }
        result.append(contentsOf: left[first...])
        result.append(contentsOf: right[second...])
        return result
    }

    private static func sortAndDeduplicate<Address>(_ prefixes: inout [Prefix<Address>]) {
        var isStrictlyAscending = true
        for index in prefixes.indices.dropFirst() where !(prefixes[index - 1] < prefixes[index]) {
            isStrictlyAscending = false
            break
        }
        guard !isStrictlyAscending else { return }
        if prefixes.count < RadixSort.threshold {
            prefixes.sort()
        } else {
            RadixSort.sort(&prefixes)
        }
        var kept = 1
        for index in prefixes.indices.dropFirst() where prefixes[index] != prefixes[kept - 1] {
            prefixes[kept] = prefixes[index]
            kept += 1
        }
        prefixes.removeSubrange(kept...)
    }
}
