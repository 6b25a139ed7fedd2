/// The stated limits of a policy, checked before anything is loaded.
public enum PolicyLimits {
    /// Bytes of all policy files together, without their set files.
    public static let bytes = 2 * 1024 * 1024
    /// Sets in a policy.
    public static let sets = 1_024
    /// Rules in a filter.
    public static let rules = 4_096
    /// Rules in a device list.
    public static let deviceRules = 1_024
    /// Prefixes over all sets that are read from files or written inline.
    public static let prefixes = 10_000_000
    /// Prefixes over all sets of sets.
    public static let combinedPrefixes = 4 * prefixes
    /// Nodes of a policy file, aliases counted as often as they are used.
    public static let nodes = 1_000_000
    /// Levels of lists and mappings inside each other.
    public static let depth = 64
    /// Bytes of a test's packet: the longest of IP, in an Ethernet frame with two VLAN tags.
    public static let frameBytes = 65_535 + 14 + 2 * 4
    /// Errors, and warnings, that are reported; the rest is counted.
    public static let diagnostics = 1_000
    /// Bytes of all set files together, as text: those packed with gzip count unpacked.
    public static let setFileBytes = 1 << 30
    /// Malformed lines that are reported of one set file; the rest is counted.
    public static let malformedLines = 20
    /// Malformed lines that are counted of one set file; then it is read no further.
    public static let malformedLinesCounted = 1_000_000
}
