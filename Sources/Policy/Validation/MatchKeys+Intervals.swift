import NetTypes

extension MatchKeys {
    /// The values of a field that satisfy each key on it; empty where no key looks at it. `family`
    /// and `ethertype` are two keys of one field.
    func intervals(
        of field: PacketField, _ sets: inout SetExpansion
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
        return IntervalSet(
            (0...PacketField.extHeader.last).lazy.filter { $0 & wanted != 0 }.map { $0...$0 })
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
