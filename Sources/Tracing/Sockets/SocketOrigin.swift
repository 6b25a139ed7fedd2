internal import NetctlABI

/// How it is known whose socket it is: what the owner did when it was seen.
public enum SocketOrigin: String, CaseIterable, Sendable, Encodable {
    /// Nobody was seen.
    case unknown
    /// It called `socket()`.
    case create
    /// It bound it.
    case bind
    /// It connected it.
    case connect
    /// It sent a datagram to an address.
    case send
    /// It owns the listener that the connection came in by.
    case inherit
    /// It accepted the connection.
    case accept
    /// It sent or received.
    case use
    /// It held it in a descriptor when all were read.
    case scan

    var abi: netctl_origin {
        switch self {
        case .unknown: NETCTL_ORIGIN_UNKNOWN
        case .create: NETCTL_ORIGIN_CREATE
        case .bind: NETCTL_ORIGIN_BIND
        case .connect: NETCTL_ORIGIN_CONNECT
        case .send: NETCTL_ORIGIN_SEND
        case .inherit: NETCTL_ORIGIN_INHERIT
        case .accept: NETCTL_ORIGIN_ACCEPT
        case .use: NETCTL_ORIGIN_USE
        case .scan: NETCTL_ORIGIN_SCAN
        }
    }

    init(abi: UInt8) {
        self = Self.allCases.first { $0.abi.rawValue == UInt32(abi) } ?? .unknown
    }
}
