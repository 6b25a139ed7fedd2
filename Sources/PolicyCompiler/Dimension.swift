public import NetctlABI

/// A field of the packet that rules look at, one axis of the classifier.
public enum Dimension: CaseIterable, Sendable {
    case src, dst, proto, sport, dport, tcpFlags, icmp, etherType, vlan, fragment, length, ttl
    case dscp, extHeader

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
        }
    }

    /// The bit of this dimension in the configuration word `dimensions`.
    public var bit: UInt32 { 1 << abi.rawValue }

    /// How many values it has; nil for addresses, which are looked up by prefix.
    public var valueCount: Int? {
        switch self {
        case .src, .dst: nil
        case .proto: NETCTL_PROTO_VALUES
        case .sport, .dport: NETCTL_PORT_VALUES
        case .tcpFlags: NETCTL_TCP_FLAGS_VALUES
        case .icmp: NETCTL_ICMP_VALUES
        case .etherType: NETCTL_ETHERTYPE_VALUES
        case .vlan: NETCTL_VLAN_VALUES
        case .fragment: NETCTL_FRAGMENT_VALUES
        case .length: NETCTL_LENGTH_VALUES
        case .ttl: NETCTL_TTL_VALUES
        case .dscp: NETCTL_DSCP_VALUES
        case .extHeader: NETCTL_EXT_HEADER_VALUES
        }
    }

    /// The bytes without which it cannot be judged, `NETCTL_FIELD_*`.
    var needs: Int {
        switch self {
        case .src, .dst, .etherType, .vlan, .length, .ttl, .dscp: 0
        case .proto, .fragment, .extHeader: NETCTL_FIELD_CHAIN
        case .sport, .dport, .tcpFlags, .icmp: NETCTL_FIELD_L4
        }
    }

    /// Whether frames that are not IP have it, too.
    var isOfEveryFrame: Bool { self == .etherType || self == .vlan }
}
