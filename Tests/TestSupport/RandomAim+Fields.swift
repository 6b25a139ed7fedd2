internal import NetTypes
internal import Policy

/// The fields beside addresses, protocols and ports.
extension RandomAim {
    /// Mostly IP: a rule that says nothing is about that.
    func etherType(_ target: Match, using random: inout SeededRandom) -> UInt16 {
        let ip: [UInt16] = [0x0800, 0x86dd]
        if target.keys.extHeader != nil, random.chance(80) { return 0x86dd }
        if let types = wanted(target, \.family, using: &random), random.chance(85) {
            return random.one(of: types).rawValue
        }
        if let ranges = wanted(target, \.etherType, using: &random), random.chance(85) {
            // A range of many types has all of IP.
            let range = random.one(of: ranges)
            let inside = ip.filter { range.contains($0) }
            if !inside.isEmpty, random.chance(70) { return random.one(of: inside) }
            return point(of: range, using: &random)
        }
        return random.chance(97) ? random.one(of: ip) : random.one(of: [0x0806, 0x88cc, 0x8847])
    }

    func vlan(_ target: Match, using random: inout SeededRandom) -> UInt16? {
        guard let terms = wanted(target, \.vlan, using: &random), !terms.isEmpty else {
            return random.chance(85) ? nil : random.number(0...4095)
        }
        switch random.one(of: terms) {
        case .untagged: return random.chance(85) ? nil : 0
        case .tagged: return random.chance(85) ? random.one(of: [0, 1, 4095]) : nil
        case .ids(let ids):
            return random.chance(90) ? point(of: ids, using: &random) & 0x0fff : nil
        }
    }

    func tcpFlags(_ target: Match, using random: inout SeededRandom) -> UInt8 {
        let any = random.number(0...UInt8.max)
        guard let terms = wanted(target, \.tcpFlags, using: &random), !terms.isEmpty else {
            return any
        }
        let term = random.one(of: terms)
        let right = (any | term.set.rawValue) & ~term.clear.rawValue
        return random.chance(75) ? right : right ^ 1 << random.number(0...7)
    }

    func icmp(
        _ target: Match, using random: inout SeededRandom
    ) -> (proto: UInt8, type: UInt8, code: UInt8)? {
        guard let terms = wanted(target, \.icmpType, using: &random), !terms.isEmpty else {
            return nil
        }
        let term = random.one(of: terms)
        return (
            random.chance(85) ? term.proto.number : 59 - term.proto.number,
            point(of: term.types, using: &random), point(of: term.codes ?? 0...2, using: &random)
        )
    }

    func fragment(_ target: Match, using random: inout SeededRandom) -> Bool? {
        guard let wanted = wanted(target, \.fragment, using: &random) else { return nil }
        return random.chance(80) ? wanted : !wanted
    }

    func extensions(_ target: Match, using random: inout SeededRandom) -> [UInt8] {
        guard let headers = wanted(target, \.extHeader, using: &random), !headers.isEmpty,
            random.chance(80)
        else { return [] }
        return (0..<random.number(1...2)).map { _ in random.one(of: headers).number }
    }

    func number<Value: FixedWidthInteger>(
        _ target: Match, _ key: (MatchKeys) -> [ClosedRange<Value>]?,
        using random: inout SeededRandom
    ) -> Value? {
        guard let ranges = wanted(target, key, using: &random), !ranges.isEmpty else { return nil }
        return point(of: random.one(of: ranges), using: &random)
    }
}
