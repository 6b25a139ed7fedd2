public import NetTypes

/// What terms amount to that a policy's sets, or much repetition, stand behind.
public protocol TermExpansion {
    /// The ports of the elements of `sport` or `dport`.
    mutating func ports(_ terms: [PortTerm]) -> IntervalSet<UInt32>
    /// The bytes of flags that satisfy any of the elements of `tcp-flags`.
    mutating func flags(_ terms: [TCPFlagsTerm]) -> IntervalSet<UInt32>
}

extension TCPFlagsTerm {
    /// The bytes of flags that satisfy the term.
    public var bytes: IntervalSet<UInt32> {
        let (set, clear) = (UInt32(set.rawValue), UInt32(clear.rawValue))
        return .values(through: PacketField.tcpFlags.last) { $0 & set == set && $0 & clear == 0 }
    }
}

extension Match {
    /// The values of a field that satisfy the match; nil when no key looks at it. What is negated
    /// still needs the field.
    public func values(
        of field: PacketField, _ expansion: inout some TermExpansion
    ) -> IntervalSet<UInt32>? {
        let wanted = keys.intervals(of: field, &expansion)
        let unwanted = not.intervals(of: field, &expansion)
        guard !wanted.isEmpty || !unwanted.isEmpty else { return nil }
        return unwanted.reduce(wanted.reduce(field.all) { $0.intersection($1) }) {
            $0.intersection($1.complement(through: field.last))
        }
    }
}

extension MatchKeys {
    /// Whether a key looks at a field.
    public func looks(at field: PacketField) -> Bool {
        switch field {
        case .proto: proto != nil
        case .sport: sport != nil
        case .dport: dport != nil
        case .tcpFlags: tcpFlags != nil
        case .icmpType: icmpType != nil
        case .etherType: family != nil || etherType != nil
        case .vlan: vlan != nil
        case .fragment: fragment != nil
        case .length: length != nil
        case .ttl: ttl != nil
        case .dscp: dscp != nil
        case .extHeader: extHeader != nil
        case .mark: mark != nil
        }
    }

    /// The values of a field that satisfy each key on it; empty where no key looks at it. `family`
    /// and `ethertype` are two keys of one field.
    fileprivate func intervals(
        of field: PacketField, _ sets: inout some TermExpansion
    ) -> [IntervalSet<UInt32>] {
        switch field {
        case .proto: return one(proto) { UInt32($0.number)...UInt32($0.number) }
        case .sport: return sport.map { [sets.ports($0)] } ?? []
        case .dport: return dport.map { [sets.ports($0)] } ?? []
        case .tcpFlags: return tcpFlags.map { [sets.flags($0)] } ?? []
        case .icmpType: return icmpType.map { [IntervalSet(Set($0).flatMap(\.intervals))] } ?? []
        case .etherType:
            return one(family) { UInt32($0.rawValue)...UInt32($0.rawValue) }
                + one(etherType, \.widened)
        case .vlan: return one(vlan, \.interval)
        case .fragment: return one(fragment.map { [$0] }) { $0 ? 1...1 : 0...0 }
        case .length: return one(length, \.widened)
        case .ttl: return one(ttl, \.widened)
        case .dscp: return one(dscp, \.widened)
        case .extHeader: return extHeader.map { [Self.headers($0)] } ?? []
        case .mark: return one(mark) { $0 }
        }
    }

    private func one<Term>(
        _ terms: [Term]?, _ interval: (Term) -> ClosedRange<UInt32>
    ) -> [IntervalSet<UInt32>] {
        terms.map { [IntervalSet($0.map(interval))] } ?? []
    }

    /// The sets of headers, a bit each, that hold any of these.
    private static func headers(_ headers: [ExtensionHeader]) -> IntervalSet<UInt32> {
        var wanted: UInt32 = 0
        for (index, header) in ExtensionHeader.allCases.enumerated()
        where headers.contains(header) {
            wanted |= 1 << UInt32(index)
        }
        return .values(through: PacketField.extHeader.last) { $0 & wanted != 0 }
    }
}

extension IntervalSet<UInt32> {
    /// The numbers up to `last` for which `isIn` holds.
    fileprivate static func values(
        through last: UInt32, _ isIn: (UInt32) -> Bool
    ) -> IntervalSet {
        var ranges: [ClosedRange<UInt32>] = []
        for value in 0...last where isIn(value) {
            if let previous = ranges.last, previous.upperBound + 1 == value {
                ranges[ranges.count - 1] = previous.lowerBound...value
            } else {
                ranges.append(value...value)
            }
        }
        return IntervalSet(ranges)
    }
}

extension ClosedRange where Bound: FixedWidthInteger {
    fileprivate var widened: ClosedRange<UInt32> { UInt32(lowerBound)...UInt32(upperBound) }
}

extension ICMPTerm {
    /// Type times 256 plus code; ICMPv6 behind ICMP.
    fileprivate var intervals: [ClosedRange<UInt32>] {
        let first: UInt32 = proto == .icmpv6 ? 0x1_0000 : 0
        guard let codes else {
            return [
                (first + UInt32(types.lowerBound) << 8)...(first + UInt32(types.upperBound) << 8
                    + 0xFF)
            ]
        }
        return types.map { type in
            let base = first + UInt32(type) << 8
            return (base + UInt32(codes.lowerBound))...(base + UInt32(codes.upperBound))
        }
    }
}

extension VLANTerm {
    fileprivate var interval: ClosedRange<UInt32> {
        switch self {
        case .untagged: 4096...4096
        case .tagged: 0...4095
        case .ids(let ids): ids.widened
        }
    }
}
