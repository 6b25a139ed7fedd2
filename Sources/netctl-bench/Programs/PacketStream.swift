import BPF
import BPFObjects
import Datapath
import LinuxSystem

/// Runs programs on a stream of packets, another one in each run of one test.
///
/// A program of the benchmark's own writes the flow into the packet and calls the program under test,
/// so what is measured includes both: what another program costs in the same stream is what to
/// compare with.
final class PacketStream: @unchecked Sendable {
    // SAFETY: `prepare` writes to `flows` while no test runs; threads only run tests.
    private let program: Program
    private let target: ProgramArray
    private let flows: MapMemory
    private let bytes: FlowBytes
    private let count: Int

    /// Loads the program for so many flows, a power of two, of one kind.
    init(_ bytes: FlowBytes, flows count: Int) throws {
        var object = try OpenObject(image: BPFObjects.stream.image(), name: "stream")
        try object.setGlobal("first_byte", to: UInt32(bytes.first))
        try object.setGlobal("words", to: UInt32(bytes.words))
        try object.setGlobal("flow_count", to: UInt32(count))
        try object.setMaxEntries(map: "flows", UInt32(count))
        try object.setValueSize(map: "flows", bytes: UInt32(bytes.words * 8))
        try object.setMaxEntries(map: "positions", UInt32(ProcessorIDs.limit()))
        // As the programs under test: one program array holds only programs that agree on it.
        try object.setFlags(program: "stream", .xdpHasFrags)
        let loaded = try object.load()
        program = try loaded.program("stream")
        target = try loaded.map("target")
        flows = try MapMemory(loaded.map("flows", as: Map.self), access: .readWrite)
        self.bytes = bytes
        self.count = count
    }

    /// The program that nothing can be faster than.
    static func empty() throws -> Program {
        var object = try OpenObject(image: BPFObjects.empty.image(), name: "empty")
        try object.loadOnly(programs: ["empty_xdp"])
        try object.setFlags(program: "empty_xdp", .xdpHasFrags)
        return try object.load().program("empty_xdp")
    }

    /// Puts an XDP program with multi-buffer support in place, and its flows, as
    /// ``FlowBytes/pack(_:)`` gives them; repeated to fill the stream.
    func prepare(_ program: borrowing Program, _ packed: [UInt64]) throws {
        try target.set(0, program)
        flows.withUnsafeBytes { memory in
            packed.withUnsafeBytes { packed in
                var offset = 0
                while offset < memory.count {
                    let size = min(packed.count, memory.count - offset)
                    memory[offset...].copyBytes(from: packed[..<size])
                    offset += size
                }
            }
        }
    }

    /// The mean time of a run, in nanoseconds, over so many times all flows.
    func run(_ template: [UInt8], passes: Int) throws -> Double {
        let run = try program.testRun(packet: template, repeat: Int32(count * passes))
        return Double(run.durationNanoseconds)
    }
}
