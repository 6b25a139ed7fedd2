internal import CLibmnl
internal import SystemPackage

/// Which way the packets of a clsact qdisc's filters go.
public enum ClsactDirection: String, CaseIterable, Sendable {
    /// Received, before the network stack (`TC_H_MIN_INGRESS`).
    case ingress
    /// About to be sent, after the network stack and before the queues (`TC_H_MIN_EGRESS`).
    case egress

    /// What a filter's message names as parent.
    var parent: UInt32 {
        let minor = self == .ingress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS
        return TC_H_CLSACT & 0xffff_0000 | UInt32(minor)
    }
}

/// The place of one filter on a clsact qdisc, in chain 0 and for all protocols.
public struct ClsactPosition: Hashable, Sendable, CustomStringConvertible {
    /// The interface, in the socket's namespace.
    public let interfaceIndex: UInt32
    /// Which of its two lists.
    public let direction: ClsactDirection
    /// Filters of a lower number run first. All of one number have the same kind and protocol.
    public let priority: UInt16
    /// The filter's number among those of its priority.
    public let handle: UInt32

    /// A place that is not zero: a priority or handle of 0 means any to the kernel, which would
    /// delete every filter there.
    ///
    /// - Throws: ``NetlinkError`` with `EINVAL` if `priority`, `handle` or the index is 0, or the
    ///   index is over 2³¹ - 1.
    public init(
        interfaceIndex: UInt32, direction: ClsactDirection, priority: UInt16, handle: UInt32
    ) throws(NetlinkError) {
        self.interfaceIndex = interfaceIndex
        self.direction = direction
        self.priority = priority
        self.handle = handle
        let problem: String? =
            switch (priority, handle) {
            case (0, _): "a filter's priority is in 1...65535"
            case (_, 0): "a filter's handle is not 0"
            default: NetlinkSocket.problem(inIndex: interfaceIndex)
            }
        if let problem {
            throw NetlinkError(
                attempt: "name filter", subject: description, errno: .invalidArgument,
                reason: problem)
        }
    }

    /// `ingress of interface 5, priority 1, handle 0x1`.
    public var description: String {
        "\(direction) of interface \(interfaceIndex), priority \(priority), "
            + "handle 0x\(String(handle, radix: 16))"
    }

    /// What a filter's message carries beside the parent: the priority, then the protocol in network
    /// order.
    var info: UInt32 { UInt32(priority) << 16 | UInt32(TCFilter.allProtocols.bigEndian) }
}
