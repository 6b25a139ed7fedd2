internal import NetTypes
internal import Policy

/// Writes events as packets of a capture, in pcapng (draft-ietf-opsawg-pcapng): the headers as packets,
/// and as their comments what became of them, why, and whose they are.
///
/// Interfaces are those of the events: one for each network namespace, index and kind of first header.
public struct CaptureWriter {
    private struct Interface: Hashable {
        let netns: UInt64
        let index: UInt32
        let linkType: UInt16
    }

    private enum LinkType {
        static let ethernet: UInt16 = 1
        static let raw: UInt16 = 101  // IPv4 or IPv6
    }

    private enum BlockType {
        static let section: UInt32 = 0x0a0d_0d0a
        static let interface: UInt32 = 1
        static let packet: UInt32 = 6
    }

    private var interfaces: [Interface: UInt32] = [:]
    private let snapLength: UInt32

    /// A capture of packets of at most so many bytes.
    public init(snapLength: UInt32) { self.snapLength = snapLength }

    /// What a file begins with.
    public var beginning: [UInt8] {
        var body = CaptureBytes()
        body.add(0x1a2b_3c4d as UInt32)  // byte order
        body.add(1 as UInt16)
        body.add(0 as UInt16)
        body.add(UInt64.max)  // the section's length is not known
        body.addOption(4, Array("netctl".utf8))  // shb_userappl
        body.endOptions()
        return body.block(BlockType.section)
    }

    /// The blocks of an event; none for one without a packet.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - clock: What time it was when.
    /// - Returns: Its interface, if it is the first one there, and its packet.
    public mutating func blocks(of event: Event, _ clock: EventClock) -> [UInt8] {
        guard let packet = event.packet, !event.bytes.isEmpty else { return [] }
        let interface = Interface(
            netns: event.netns?.inode ?? 0, index: event.interfaceIndex,
            linkType: event.hasEthernet ? LinkType.ethernet : LinkType.raw)
        var blocks: [UInt8] = []
        let number: UInt32
        if let known = interfaces[interface] {
            number = known
        } else {
            number = UInt32(interfaces.count)
            interfaces[interface] = number
            blocks += block(of: interface, named: event)
        }
        return blocks + block(of: event, packet, number, clock.microseconds(event.time))
    }

    private func block(of interface: Interface, named event: Event) -> [UInt8] {
        var body = CaptureBytes()
        body.add(interface.linkType)
        body.add(0 as UInt16)
        body.add(snapLength)
        let name = event.interface ?? (interface.index == 0 ? "?" : "#\(interface.index)")
        let netns = event.netns?.name.map { "@\($0)" } ?? ""
        body.addOption(2, Array(printable(name + netns).utf8))  // if_name
        body.endOptions()
        return body.block(BlockType.interface)
    }

    private func block(
        of event: Event, _ packet: PacketFacts, _ interface: UInt32, _ microseconds: UInt64
    ) -> [UInt8] {
        var body = CaptureBytes()
        body.add(interface)
        body.add(UInt32(microseconds >> 32))
        body.add(UInt32(truncatingIfNeeded: microseconds))
        body.add(UInt32(event.bytes.count))
        body.add(UInt32(max(packet.length, event.bytes.count)))
        body.addPadded(event.bytes)
        body.addOption(1, Array(event.comment.utf8))  // opt_comment
        if let direction = event.direction {
            var flags = CaptureBytes()
            flags.add(direction)
            body.addOption(2, flags.bytes)  // epb_flags
        }
        body.endOptions()
        return body.block(BlockType.packet)
    }
}

extension Event {
    /// `DROP tc-ingress rule block-6666 (policy edge); from client[27172] uid 1000 …`
    var comment: String {
        var text = "\(isCounted ? "COUNT" : verdictName.uppercased()) \(hook)"
        if let rule {
            text += (reason == "monitor" ? " would-drop" : "") + " rule \(rule)"
        } else {
            text += " reason \(reason)"
        }
        if let policy { text += " (policy \(policy))" }
        if let location { text += " at \(printable(location))" }
        if let cgroup { text += "; cgroup \(printable(cgroup))" }
        if let from = Self.words(source, "from") { text += "; \(from)" }
        if let to = Self.words(destination, "to") { text += "; \(to)" }
        if suppressed > 0 { text += "; \(suppressed) suppressed before" }
        return text
    }

    /// 1 inbound, 2 outbound; nil where it is not known.
    fileprivate var direction: UInt32? {
        switch hook {
        case .hook(.xdp), .hook(.tcIngress), .hook(.cgroupIngress): 1
        case .hook(.tcEgress), .hook(.cgroupEgress): 2
        case .hook(.cgroupDevice), .kernel: nil
        }
    }
}

/// The bytes of a block, in the byte order of this machine.
struct CaptureBytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: some FixedWidthInteger & BitwiseCopyable) {
        withUnsafeBytes(of: number) { bytes += $0 }
    }

    /// Bytes up to a boundary of four.
    mutating func addPadded(_ more: [UInt8]) {
        bytes += more
        bytes += [UInt8](repeating: 0, count: -more.count & 3)
    }

    mutating func addOption(_ code: UInt16, _ value: [UInt8]) {
        let value = value.prefix(Int(UInt16.max))
        add(code)
        add(UInt16(value.count))
        addPadded(Array(value))
    }

    mutating func endOptions() { add(0 as UInt32) }

    /// The block with its type, and its length in front and behind.
    func block(_ type: UInt32) -> [UInt8] {
        var block = CaptureBytes()
        let length = UInt32(bytes.count + 12)
        block.add(type)
        block.add(length)
        return block.bytes + bytes + withUnsafeBytes(of: length, Array.init)
    }
}
