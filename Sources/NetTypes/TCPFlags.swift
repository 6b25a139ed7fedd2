/// Flags of a TCP header, as its byte 13 holds them.
@frozen public struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The byte.
    public let rawValue: UInt8

    /// Flags of a byte.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No more data from the sender.
    public static let fin = TCPFlags(rawValue: 1 << 0)
    /// Synchronise sequence numbers: a connection begins.
    public static let syn = TCPFlags(rawValue: 1 << 1)
    /// Reset the connection.
    public static let rst = TCPFlags(rawValue: 1 << 2)
    /// Push.
    public static let psh = TCPFlags(rawValue: 1 << 3)
    /// The acknowledgement number counts.
    public static let ack = TCPFlags(rawValue: 1 << 4)
    /// The urgent pointer counts.
    public static let urg = TCPFlags(rawValue: 1 << 5)
    /// ECN echo.
    public static let ece = TCPFlags(rawValue: 1 << 6)
    /// Congestion window reduced.
    public static let cwr = TCPFlags(rawValue: 1 << 7)

    /// The names of policies, in the order of the bits. nft's `ecn` is `ece`.
    public static let names: [(name: String, flag: TCPFlags)] = [
        ("fin", .fin), ("syn", .syn), ("rst", .rst), ("psh", .psh), ("ack", .ack), ("urg", .urg),
        ("ece", .ece), ("cwr", .cwr),
    ]
}
