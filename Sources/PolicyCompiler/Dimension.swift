public import NetctlABI
internal import Policy

/// A field of the packet that rules look at, one axis of the classifier.
public enum Dimension: CaseIterable, Sendable {
    case src, dst, proto, sport, dport, tcpFlags, icmp, etherType, vlan, fragment, length, ttl
    case dscp, extHeader, mark

    /// The index that BPF programs use, `enum netctl_dimension`.
    public var abi: netctl_dimension {
        switch self {
        case .src: NETCTL_DIMENSION_SRC
        case .dst: NETCTL_DIMENSION_DST
        case .proto: NETCTL_DIMENSION_PROTO
        case .sport: NETCTL_DIMENSION_SPORT
        case .dport: NETCTL_DIMENSION_DPORT
        case .tcpFlags: NETCTL_DIMENSION_TCP_FLAGS
        case .icmp: NETCTL_DIMENSION_ICMP
        case .etherType: NETCTL_DIMENSION_ETHERTYPE
        case .vlan: NETCTL_DIMENSION_VLAN
        case .fragment: NETCTL_DIMENSION_FRAGMENT
        case .length: NETCTL_DIMENSION_LENGTH
        case .ttl: NETCTL_DIMENSION_TTL
        case .dscp: NETCTL_DIMENSION_DSCP
        case .extHeader: NETCTL_DIMENSION_EXT_HEADER
        case .mark: NETCTL_DIMENSION_MARK
        }
    }

    /// The bit of this dimension in the configuration word `dimensions`.
    public var bit: UInt32 { 1 << abi.rawValue }

    /// The field that it is, where that has one number; nil for addresses, which are looked up by
    /// prefix.
    var field: PacketField? {
        switch self {
        case .src, .dst: nil
        case .proto: .proto
        case .sport: .sport
        case .dport: .dport
        case .tcpFlags: .tcpFlags
        case .icmp: .icmpType
        case .etherType: .etherType
        case .vlan: .vlan
        case .fragment: .fragment
        case .length: .length
        case .ttl: .ttl
        case .dscp: .dscp
        case .extHeader: .extHeader
        case .mark: .mark
        }
    }

    /// The bytes without which it cannot be judged, `NETCTL_FIELD_*`.
    var needs: Int {
        switch self {
        case .src, .dst, .etherType, .vlan, .length, .ttl, .dscp, .mark: 0
        case .proto, .fragment, .extHeader: NETCTL_FIELD_CHAIN
        case .sport, .dport, .tcpFlags, .icmp: NETCTL_FIELD_L4
        }
    }
}
