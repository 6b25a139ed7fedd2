public import NetctlABI
internal import Policy

/// A field of the packet that rules look at, one axis of the classifier.
public enum Dimension: CaseIterable, Sendable {
    case src, dst, proto, sport, dport

    /// The index that BPF programs use, `enum netctl_dimension`.
    public var abi: netctl_dimension {
        switch self {
        case .src: NETCTL_DIMENSION_SRC
        case .dst: NETCTL_DIMENSION_DST
        case .proto: NETCTL_DIMENSION_PROTO
        case .sport: NETCTL_DIMENSION_SPORT
        case .dport: NETCTL_DIMENSION_DPORT
        }
    }

    /// The bit of this dimension in the configuration word `dimensions`.
    public var bit: UInt32 { 1 << abi.rawValue }
}

extension Match {
    /// The dimensions that this match constrains.
    var dimensions: Set<Dimension> {
        var used: Set<Dimension> = []
        if keys.src != nil { used.insert(.src) }
        if keys.dst != nil { used.insert(.dst) }
        if keys.proto != nil { used.insert(.proto) }
        if keys.sport != nil { used.insert(.sport) }
        if keys.dport != nil { used.insert(.dport) }
        return used
    }

    /// The fields without which this match cannot be judged, `NETCTL_FIELD_*`.
    var needs: UInt8 {
        var fields = 0
        if keys.proto != nil { fields |= NETCTL_FIELD_CHAIN }
        if keys.sport != nil || keys.dport != nil { fields |= NETCTL_FIELD_L4 }
        return UInt8(fields)
    }
}
