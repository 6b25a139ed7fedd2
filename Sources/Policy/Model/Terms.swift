public import NetTypes

/// One element of `src`, `dst` or `cidrs`.
public enum AddressTerm: Hashable, Sendable {
    /// An address or a prefix.
    case prefix(IPPrefix)
    /// Addresses from one to another.
    case range(IPAddressRange)
    /// `@name`: a set of addresses.
    case set(Name)
}

/// One element of `sport` or `dport`.
public enum PortTerm: Hashable, Sendable {
    /// A port or a range.
    case range(PortRange)
    /// `@name`: a set of ports.
    case set(Name)
}

/// One element of `tcp-flags`: flags that must be set and flags that must be clear; the rest are
/// free.
public struct TCPFlagsTerm: Hashable, Sendable {
    /// Named.
    public var set: TCPFlags
    /// Named with `!` before them.
    public var clear: TCPFlags

    /// Makes a term.
    public init(set: TCPFlags, clear: TCPFlags = []) {
        self.set = set
        self.clear = clear
    }
}

/// One element of `icmp-type`.
public struct ICMPTerm: Hashable, Sendable {
    /// The protocol whose types these are: ``NetTypes/IPProtocol/icmp`` or `icmpv6`.
    public var proto: IPProtocol
    /// The types.
    public var types: ClosedRange<UInt8>
    /// The codes; nil for all.
    public var codes: ClosedRange<UInt8>?

    /// Makes a term.
    public init(proto: IPProtocol, types: ClosedRange<UInt8>, codes: ClosedRange<UInt8>? = nil) {
        self.proto = proto
        self.types = types
        self.codes = codes
    }
}

/// One element of `vlan`.
public enum VLANTerm: Hashable, Sendable {
    /// No tag.
    case untagged
    /// Any tag.
    case tagged
    /// Identifiers, 0 to 4095.
    case ids(ClosedRange<UInt16>)
}
