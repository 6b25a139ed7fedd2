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
