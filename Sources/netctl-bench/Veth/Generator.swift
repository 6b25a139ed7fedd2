import BPF
import BPFObjects
import LinuxSystem
import NetTypes

/// Sends UDP packets of many sources as fast as one CPU can: it neither makes socket buffers nor asks
/// the kernel for each packet.
///
/// The kernel runs a program on frames of its own pool, which the program redirects to an interface.
/// On a veth the receiver works in the same CPU's turn: a packet's time is that of both.
final class Generator {
    private let program: Program
    private let receiver: ArrayMap<UInt32>
    private let frame: [UInt8]

    /// As the program has it: an address in network order, and a checksum.
    private struct Source {
        let address: UInt32
        let checksum: UInt16
        let reserved: UInt16 = 0
    }

    /// Takes a power of two of sources.
    init(_ sources: [IPv4Address]) throws {
        var object = try OpenObject(image: BPFObjects.generator.image(), name: "generator")
        try object.setGlobal("source_count", to: UInt32(sources.count))
        try object.setMaxEntries(map: "sources", UInt32(sources.count))
        try object.setMaxEntries(map: "positions", UInt32(ProcessorIDs.limit()))
        let loaded = try object.load()
        program = try loaded.program("generate")
        receiver = try loaded.map("receiver")
        let table = try MappedArray<Source>(loaded.map("sources", as: Map.self), access: .readWrite)
        for (place, source) in sources.enumerated() {
            table[place] = Source(
                address: source.bits.bigEndian,
                checksum: Self.checksum(Flow(from: .v4(source)).frame).bigEndian)
        }
        frame = Flow(from: .v4(IPv4Address(bits: 0))).frame
    }

    /// Sends packets to the other end of an interface, the first ones of the sources' turn.
    ///
    /// - Returns: Nanoseconds a packet.
    func send(_ count: Int, to interface: UInt32) throws -> Double {
        try receiver.update(at: 0, interface)
        let clock = ContinuousClock()
        let time = try clock.measure { try program.runLive(frame: frame, count: Int32(count)) }
        return time.milliseconds * 1e6 / Double(count)
    }

    /// Of an IPv4 header behind Ethernet's, whose checksum is zero.
    static func checksum(_ frame: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for place in stride(from: 14, to: 34, by: 2) {
            sum += UInt32(frame[place]) << 8 | UInt32(frame[place + 1])
        }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        return ~UInt16(sum)
    }
}
