internal import NetTypes
internal import Policy

/// The keys beside addresses, protocols and ports: from values that ``RandomAim`` gives packets,
/// from their neighbours and from the ends of what a field can hold.
extension RandomTerms {
    /// Some of these keys.
    func fields(
        _ style: RandomPolicy.Style, using random: inout SeededRandom
    ) -> MatchKeys {
        var keys = MatchKeys()
        if style.has(.tcpFlags, &random) { keys.tcpFlags = list(using: &random, Self.tcpFlags) }
        if style.has(.icmpType, &random) { keys.icmpType = list(using: &random, Self.icmpType) }
        if style.has(.family, &random) {
            keys.family = list(using: &random) { $0.one(of: Self.families) }
        }
        if style.has(.etherType, &random) {
            keys.etherType = list(using: &random) { Self.range(Self.etherTypes, &$0) }
        }
        if style.has(.vlan, &random) { keys.vlan = list(using: &random, Self.vlan) }
        if style.has(.fragment, &random) { keys.fragment = random.chance(50) }
        if style.has(.length, &random) {
            keys.length = list(using: &random) { Self.range(Self.lengths, &$0) }
        }
        if style.has(.ttl, &random) {
            keys.ttl = list(using: &random) { Self.range([0, 1, 63, 64, 128, 254, 255], &$0) }
        }
        if style.has(.dscp, &random) {
            keys.dscp = list(using: &random) { Self.range([0, 1, 8, 10, 46, 62, 63], &$0) }
        }
        if style.has(.extHeader, &random) {
            keys.extHeader = list(using: &random) { $0.one(of: ExtensionHeader.allCases) }
        }
        if style.has(.mark, &random) {
            keys.mark = list(using: &random) { Self.range(Self.marks, &$0) }
        }
        return keys
    }

    private static let marks: [UInt32] = [
        0, 1, 7, 8, 0xff, 0x100, 0x1234, 0x7fff_ffff, 0x8000_0000, 0xdead_beef, .max - 1, .max,
    ]
    private static let families =
        [.ipv4, .ipv4, .ipv6, .ipv6, .arp] + EtherType.names.map(\.type)
    private static let etherTypes: [UInt16] = [
        0, 0x05dc, 0x0600, 0x07ff, 0x0800, 0x0801, 0x0806, 0x8100, 0x86dd, 0x86de, 0x88cc, 0xffff,
    ]
    private static let lengths: [UInt16] = [
        0, 20, 24, 28, 29, 32, 39, 40, 41, 48, 52, 60, 68, 76, 84, 100, 400, 1500, 65534, 65535,
    ]

    /// From one of the values to itself or to another one.
    private static func range<Value: FixedWidthInteger>(
        _ values: [Value], _ random: inout SeededRandom
    ) -> ClosedRange<Value> {
        let first = random.one(of: values)
        if random.chance(40) { return first...first }
        let second = random.one(of: values)
        return min(first, second)...max(first, second)
    }

    private static func tcpFlags(using random: inout SeededRandom) -> TCPFlagsTerm {
        let any = TCPFlags(rawValue: random.number(0 ... .max))
        // Few flags are named, mostly.
        let named = TCPFlags(
            rawValue: any.rawValue & random.number(0 ... .max) & random.number(0 ... .max))
        let set = named.intersection(
            TCPFlags(rawValue: random.number(0 ... .max)))
        return TCPFlagsTerm(set: set, clear: named.subtracting(set))
    }

    private static func icmpType(using random: inout SeededRandom) -> ICMPTerm {
        let codes: ClosedRange<UInt8>? =
            random.chance(60) ? nil : range([0, 1, 4, 254, 255], &random)
        return random.chance(50)
            ? ICMPTerm(proto: .icmp, types: range([0, 3, 8, 11, 128, 255], &random), codes: codes)
            : ICMPTerm(
                proto: .icmpv6, types: range([0, 1, 2, 8, 128, 133, 136, 255], &random),
                codes: codes)
    }

    private static func vlan(using random: inout SeededRandom) -> VLANTerm {
        random.one(weighted: [
            (3, .untagged), (3, .tagged), (6, .ids(range([0, 1, 7, 100, 4094, 4095], &random))),
        ])
    }
}
