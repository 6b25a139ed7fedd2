/// Names of differentiated services code points.
public enum DSCP {
    /// The names: class selectors (RFC 2474), assured forwarding (RFC 2597), expedited forwarding
    /// (RFC 3246), voice admit (RFC 5865), lower effort (RFC 8622) and best effort. The first name
    /// of a number is the one that is printed.
    public static let names: [(name: String, value: UInt8)] =
        (0...7).map { ("cs\($0)", UInt8($0 << 3)) }
        + (1...4).flatMap { level in
            (1...3).map { ("af\(level)\($0)", UInt8(level << 3 | $0 << 1)) }
        }
        + [("ef", 46), ("va", 44), ("le", 1), ("be", 0)]
}
