public import NetTypes

/// A TCP or UDP socket as the kernel tells it, whoever's it is: `struct inet_diag_msg`.
public struct InetSocket: Hashable, Sendable {
    /// The kernel's number of the socket, never used again.
    public let cookie: UInt64
    /// `AF_INET` or `AF_INET6`.
    public let family: UInt8
    /// `IPPROTO_TCP` or `IPPROTO_UDP`.
    public let proto: UInt8
    /// The state, `TCP_ESTABLISHED` and its like.
    public let state: UInt8
    /// Its own end.
    public let local: IPAddress
    /// Its own port.
    public let localPort: UInt16
    /// The other end; unspecified if there is none.
    public let remote: IPAddress
    /// The other end's port, or 0.
    public let remotePort: UInt16
    /// Bytes to be read; of a listener the connections to be accepted.
    public let receiveQueue: UInt32
    /// Bytes to be sent or acknowledged; of a listener the most connections that may wait.
    public let sendQueue: UInt32
    /// The user that made it.
    public let uid: UInt32
    /// The inode by which `/proc/PID/fd` names it; 0 if no process holds it.
    public let inode: UInt32
    /// Packets that it did not take; of a listener connections.
    public let drops: UInt32?
    /// The id of its cgroup, since Linux 5.8.
    public let cgroupID: UInt64?
}
