internal import NetctlABI
internal import NetTypes

/// Packets of one flow that the kernel dropped for one reason.
public struct DropRecord: Hashable, Sendable {
    /// The inode of the network namespace; 0: unknown.
    public let netns: UInt64
    /// The running kernel's number; ``DropReasons`` has its name.
    public let reason: UInt32
    /// `IPPROTO_*`.
    public let proto: UInt8
    /// Where they came from.
    public let source: SocketRecord.Endpoint
    /// Where they were going.
    public let destination: SocketRecord.Endpoint
    /// When the first was dropped, in ns since boot.
    public let first: UInt64
    /// When the last was.
    public let last: UInt64
    /// How many.
    public let count: UInt64
    /// The kernel's code that dropped the last one; ``KernelSymbols`` has its name.
    public let location: UInt64
    /// The socket that they were for, or came from; 0: none that is known.
    public let cookie: UInt64
    /// Whether ``cookie`` is the receiver's.
    public let isReceiver: Bool
    /// The interface's index; 0: none.
    public let interface: UInt32

    init(_ key: netctl_drop_key, _ drop: netctl_drop) {
        netns = UInt64(key.netns)
        reason = key.reason
        proto = key.protocol
        source = .init(address: address(key.src, family: key.family), port: key.sport)
        destination = .init(address: address(key.dst, family: key.family), port: key.dport)
        first = drop.first
        last = drop.last
        count = drop.count
        location = drop.location
        cookie = drop.cookie
        isReceiver = drop.received != 0
        interface = drop.interface
    }
}
