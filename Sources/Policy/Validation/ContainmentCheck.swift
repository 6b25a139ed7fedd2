import NetTypes

/// Warns of addresses in a list that other elements of it hold already.
struct ContainmentCheck {
    let reading: Reading

    private struct Element<Bits: FixedWidthInteger> {
        let range: ClosedRange<Bits>
        let text: String
        let location: SourceLocation
        /// Where it stands in the list.
        let index: Int
    }

    /// Reports each element that lies inside another one; sets are compared with nothing.
    ///
    /// - Complexity: O(n log n).
    func check(_ terms: [(term: AddressTerm, value: YAMLValue)]) {
        guard terms.count > 1 else { return }
        var v4: [Element<UInt32>] = []
        var v6: [Element<UInt128>] = []
        for (index, (term, value)) in terms.enumerated() {
            let text = value.text ?? ""
            let location = reading.location(of: value)
            switch term {
            case .prefix(.v4(let prefix)):
                let range = prefix.address.bits...prefix.lastAddress.bits
                v4.append(Element(range: range, text: text, location: location, index: index))
            case .prefix(.v6(let prefix)):
                let range = prefix.address.bits...prefix.lastAddress.bits
                v6.append(Element(range: range, text: text, location: location, index: index))
            case .range(.v4(let range)):
                let range = range.lower.bits...range.upper.bits
                v4.append(Element(range: range, text: text, location: location, index: index))
            case .range(.v6(let range)):
                let range = range.lower.bits...range.upper.bits
                v6.append(Element(range: range, text: text, location: location, index: index))
            case .set: break
            }
        }
        report(v4)
        report(v6)
    }

    /// Sorted by their first address, the wider one first, an element lies inside another one when
    /// the furthest end so far is not before its own.
    private func report<Bits>(_ elements: [Element<Bits>]) {
        let sorted = elements.sorted { left, right in
            if left.range.lowerBound != right.range.lowerBound {
                return left.range.lowerBound < right.range.lowerBound
            }
            return left.range.upperBound == right.range.upperBound
                ? left.index < right.index : left.range.upperBound > right.range.upperBound
        }
        guard var widest = sorted.first else { return }
        for element in sorted.dropFirst() {
            guard element.range.upperBound <= widest.range.upperBound else {
                widest = element
                continue
            }
            let isSame = element.range == widest.range
            reading.report(
                .warning, "contained-address",
                "\(element.text.shortened) \(isSame ? "repeats" : "lies inside") "
                    + "\(widest.text.shortened) (line \(widest.location.line))",
                hint: "leave it out", at: element.location)
        }
    }
}

extension AddressSet {
    /// How many prefixes lie inside another one, and the first of them with what holds it.
    ///
    /// - Complexity: O(n): what holds a prefix comes before it, and prefixes nest.
    var contained: (count: Int, first: (prefix: IPPrefix, holder: IPPrefix)?) {
        let first = Self.contained(in: ipv4)
        let second = Self.contained(in: ipv6)
        return (
            first.count + second.count,
            first.first.map { (.v4($0.prefix), .v4($0.holder)) }
                ?? second.first.map { (.v6($0.prefix), .v6($0.holder)) }
        )
    }

    private typealias Pair<Address: IPAddressFamily> = (
        prefix: Prefix<Address>, holder: Prefix<Address>
    )

    private static func contained<Address>(
        in prefixes: [Prefix<Address>]
    ) -> (count: Int, first: Pair<Address>?) {
        guard var holder = prefixes.first else { return (0, nil) }
        var count = 0
        var first: Pair<Address>?
        for prefix in prefixes.dropFirst() {
            guard holder.contains(prefix) else {
                holder = prefix
                continue
            }
            count += 1
            if first == nil { first = (prefix, holder) }
        }
        return (count, first)
    }
}
