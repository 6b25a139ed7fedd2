public import NetTypes
public import Policy

/// A packet as a hook sees it: its bytes, and what the kernel knows of it beside them.
///
/// - XDP: the frame from its Ethernet header on, and nothing else.
/// - TC: the same, or L3 on a device without Ethernet headers, such as tun. The VLAN tag of a received
///   frame stands beside the bytes, and every packet has a mark.
/// - cgroup: L3, of IP alone, and a mark. VLAN tags are gone.
public struct SeenPacket: Hashable, Sendable {
    /// What the first byte is of.
    public enum Start: Hashable, Sendable {
        /// An Ethernet header, which has the type.
        case ethernet
        /// The L3 header; the type stands beside the bytes.
        case network(EtherType)
    }

    /// The bytes.
    public var bytes: [UInt8]
    /// What the first byte is of.
    public var start: Start
    /// The control field of a VLAN tag that was taken out of the bytes: the outermost one.
    public var tag: UInt16?
    /// The mark; nil where packets have none.
    public var mark: UInt32?

    /// Makes a packet; of bytes alone, what XDP sees.
    public init(
        _ bytes: [UInt8], start: Start = .ethernet, tag: UInt16? = nil, mark: UInt32? = nil
    ) {
        self.bytes = bytes
        self.start = start
        self.tag = tag
        self.mark = mark
    }

    /// What a hook sees of an Ethernet frame that is on its way through it. Nil for what never gets
    /// there: to a cgroup's sockets what is not IP, to a device without Ethernet headers what is shorter
    /// than one, to the device hook any packet.
    ///
    /// - Parameters:
    ///   - frame: The bytes from the Ethernet header on.
    ///   - hook: The hook.
    ///   - ethernet: Whether the device has Ethernet headers; of interest on TC.
    ///   - mark: The mark, which XDP does not see.
    public init?(
        _ frame: [UInt8], on hook: Hook, ethernet: Bool = true, mark: UInt32 = 0
    ) {
        switch hook {
        case .xdp: self.init(frame)
        case .tcIngress, .tcEgress:
            self.init(frame, mark: mark)
            guard !ethernet else { return }
            guard let type = frame[...].number16(at: 12) else { return nil }
            bytes.removeFirst(14)
            start = .network(EtherType(rawValue: type))
        case .cgroupIngress, .cgroupEgress:
            var rest = frame.dropFirst(12)
            while let type = rest.number16(at: 0), ReferenceFrame.tagTypes.contains(type) {
                rest = rest.dropFirst(4)
            }
            guard let type = rest.number16(at: 0).map(EtherType.init(rawValue:)),
                type == .ipv4 || type == .ipv6
            else { return nil }
            self.init(Array(rest.dropFirst(2)), start: .network(type), mark: mark)
        case .cgroupDevice: return nil
        }
    }
}
