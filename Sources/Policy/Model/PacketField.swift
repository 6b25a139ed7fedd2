public import NetTypes

/// A field of the packet that has one number, and that match keys look at.
public enum PacketField: Int, CaseIterable, Sendable {
    case proto, sport, dport, tcpFlags, icmpType, etherType, vlan, fragment, length, ttl, dscp
    case extHeader, mark

    /// The highest value; of `vlan`, 4096 means no tag, and of `icmp-type`, ICMPv6 comes behind
    /// ICMP.
    public var last: UInt32 {
        switch self {
        case .proto, .tcpFlags, .ttl, .extHeader: 0xFF
        case .sport, .dport, .etherType, .length: 0xFFFF
        case .icmpType: 0x1_FFFF
        case .vlan: 4096
        case .fragment: 1
        case .dscp: 63
        case .mark: .max
        }
    }

    /// The key that looks at it.
    public var key: String {
        switch self {
        case .proto: "proto"
        case .sport: "sport"
        case .dport: "dport"
        case .tcpFlags: "tcp-flags"
        case .icmpType: "icmp-type"
        case .etherType: "family"
        case .vlan: "vlan"
        case .fragment: "fragment"
        case .length: "length"
        case .ttl: "ttl"
        case .dscp: "dscp"
        case .extHeader: "ext-header"
        case .mark: "mark"
        }
    }

    /// Every value.
    public var all: IntervalSet<UInt32> { IntervalSet([0...last]) }

    /// Whether a frame that is not IP has it, too.
    public var isOfEveryFrame: Bool { self == .etherType || self == .vlan }

    /// Whether it is kept beside the frame: every packet has it, of whatever kind.
    var isBesideFrame: Bool { self == .mark }

    /// Whether every IP packet has it, readable whatever is wrong behind the IP header.
    var isOfEveryIPPacket: Bool { self == .length || self == .ttl || self == .dscp }
}

extension EtherType {
    /// The types whose frames have the fields of IP.
    public static let ip = IntervalSet<UInt32>([
        UInt32(EtherType.ipv4.rawValue)...UInt32(EtherType.ipv4.rawValue),
        UInt32(EtherType.ipv6.rawValue)...UInt32(EtherType.ipv6.rawValue),
    ])

    /// The set of this type alone.
    var alone: IntervalSet<UInt32> { IntervalSet([UInt32(rawValue)...UInt32(rawValue)]) }
}

extension IPProtocol {
    /// The set of this protocol alone.
    var alone: IntervalSet<UInt32> { IntervalSet([UInt32(number)...UInt32(number)]) }
}
