internal import CLibmnl

/// A queueing discipline of an interface.
public struct Qdisc: Hashable, Sendable {
    /// The interface that it is on.
    public let interfaceIndex: UInt32
    /// The kind: `"clsact"`, `"fq_codel"`.
    public let kind: String
    /// The number, major in the upper 16 bits: `0xffff0000` for clsact.
    public let handle: UInt32
    /// What it hangs on: a class, `TC_H_ROOT` or `TC_H_CLSACT`.
    public let parent: UInt32

    /// Whether it holds filters for both directions and queues nothing.
    public var isClsact: Bool { kind == "clsact" && parent == TC_H_CLSACT }

    /// Reads an `RTM_NEWQDISC` message.
    package init(_ message: NetlinkMessage) throws(NetlinkFailure) {
        let header = try TrafficControlHeader(message, type: Int32(RTM_NEWQDISC))
        interfaceIndex = header.interfaceIndex
        kind = try header.kind()
        handle = header.handle
        parent = header.parent
    }
}
