internal import NetTypes
internal import Policy
public import PolicyCompiler

/// Packets that try a policy: most hit its prefixes and ports or just miss them, and many are broken.
public struct RandomPackets: Sendable {
    /// What hooks see of packets.
    public enum Kind: Sendable {
        /// Ethernet frames alone: XDP.
        case xdp
        /// Ethernet frames and marks: TC.
        case tc
        /// The same, some with a tag beside them: TC on a device that takes tags out of frames.
        case tcWithTags
        /// L3 and marks: TC on a device without Ethernet headers.
        case tcWithoutEthernet
        /// IP and marks: the cgroup hooks.
        case cgroup
    }

    private let aim: RandomAim
    private let kind: Kind
    private let lengths: ClosedRange<Int>

    /// Makes a source of packets.
    ///
    /// - Parameters:
    ///   - policy: What they are to try.
    ///   - kind: What is seen of them.
    ///   - lengths: Shorter packets are filled up with random bytes, longer ones are cut.
    public init(
        for policy: RandomPolicy, kind: Kind = .xdp, lengths: ClosedRange<Int> = 0...(.max)
    ) {
        aim = RandomAim(policy)
        self.kind = kind
        self.lengths = lengths
    }

    /// The next packet.
    ///
    /// - Parameter random: Where the choices come from.
    /// - Returns: The packet as it is seen.
    public func next(using random: inout SeededRandom) -> SeenPacket {
        let fields = aim.fields(using: &random)
        var packet = SeenPacket([])
        switch kind {
        case .xdp: packet.bytes = frame(fields, using: &random)
        case .tc, .tcWithTags:
            packet.bytes = frame(fields, using: &random)
            packet.mark = fields.mark
            if kind == .tcWithTags, random.chance(30) {
                packet.tag = (fields.vlan ?? random.number(0...4095)) | random.number(0...15) << 12
            }
        case .tcWithoutEthernet, .cgroup:
            packet.bytes = network(fields, using: &random)
            let ip: EtherType = fields.isIPv4 ? .ipv4 : .ipv6
            packet.start = .network(
                kind == .cgroup ? ip : EtherType(rawValue: fields.etherType))
            packet.mark = fields.mark
        }
        harm(&packet.bytes, using: &random)
        return packet
    }

    private func harm(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        if random.chance(4) {
            bytes = random.bytes(random.number(0...64))
        } else {
            if random.chance(12) { bytes = Array(bytes.prefix(random.number(0...bytes.count))) }
            if random.chance(8) { mutate(&bytes, using: &random) }
        }
        if bytes.count < lengths.lowerBound {
            bytes += random.bytes(lengths.lowerBound - bytes.count)
        }
        bytes = Array(bytes.prefix(lengths.upperBound))
    }

    private func mutate(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        for _ in 0..<random.number(1...3) {
            // What is behind the headers makes no difference.
            bytes[random.number(0...min(bytes.count, 120) - 1)] = random.number(0 ... .max)
        }
    }

    private func frame(
        _ fields: RandomAim.Fields, using random: inout SeededRandom
    ) -> [UInt8] {
        var frame = random.bytes(12)
        let more = random.one(weighted: [(82, 0), (10, 1), (3, 2), (2, 3), (1, 4)])
        for number in 0..<(fields.vlan == nil ? (more < 2 ? 0 : more) : 1 + more) {
            frame += bytes16(random.one(weighted: [(5, 0x8100), (5, 0x88a8), (1, 0x9100)]))
            let identifier = number == 0 ? fields.vlan : nil
            frame += bytes16(
                (identifier ?? random.number(0...4095)) | random.number(0...15) << 12)
        }
        frame += bytes16(
            random.one(weighted: [
                (96, fields.etherType), (1, fields.isIPv4 ? 0x86dd : 0x0800), (1, 0x0000),
                (1, 0x05dc), (1, random.number(0 ... .max)),
            ]))
        return frame + network(fields, using: &random)
    }

    /// From L3 on, padding included.
    private func network(
        _ fields: RandomAim.Fields, using random: inout SeededRandom
    ) -> [UInt8] {
        let transport = RandomHeaders.transport(fields, using: &random)
        let packet =
            fields.isIPv4
            ? RandomHeaders.ipv4(fields, transport, using: &random)
            : RandomHeaders.ipv6(fields, transport, using: &random)
        return packet + (random.chance(25) ? random.bytes(random.number(1...24)) : [])
    }
}

extension RandomAim.Fields {
    /// Whether the addresses are of IPv4.
    fileprivate var isIPv4: Bool {
        if case .v4 = source { true } else { false }
    }
}

/// A 16-bit field in network order.
func bytes16(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
}
