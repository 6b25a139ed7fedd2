import BPF
import Datapath
import PolicyCompiler

/// A real program, the packets that it is given, and what that cost.
final class ProgramCase {
    /// What is run: a stub with a body behind it, or a program by itself.
    enum Entry {
        case stub(DetachedHook)
        case program(Alone)
    }

    /// A program that no stub calls, and the hook whose maps it uses.
    final class Alone: Sendable {
        let program: Program

        init(_ program: consuming Program) { self.program = program }
    }

    /// How to measure, in the order of the columns.
    enum Method: String, CaseIterable {
        case same = "same packet"
        case stream = "stream"
        case everyCPU = "stream on every CPU"
        case apart = "a call each"
    }

    let name: String
    let entries: Int?
    /// The `name` of what to compare with.
    let over: String?
    private let entry: Entry
    private let frames: [[UInt8]]
    private let packed: [UInt64]
    private let template: [UInt8]
    private let bytes: FlowBytes
    /// The verdict that every frame must get, `XDP_*`; nil when they differ.
    private let verdict: UInt32?
    private var samples: [Method: [Double]] = [:]
    private var next = 0

    static let pass: UInt32 = 2
    static let drop: UInt32 = 1
    /// Of the methods that make a system call for each packet.
    static let apartFlows = 4096
    /// Each change of packet makes the kernel wait some 15 ms for a grace period.
    private static let sameFrames = 4
    private static let repeats: Int32 = 20000

    /// Takes a power of two of flows, 4,096 at least, of one IP version.
    init(
        _ name: String, entries: Int? = nil, _ entry: Entry, _ flows: [Flow],
        verdict: UInt32? = nil, over: String? = nil
    ) throws {
        guard let first = flows.first else { throw BenchError("\(name): no flows") }
        self.name = name
        self.entries = entries
        self.entry = entry
        self.over = over
        self.verdict = verdict
        frames = flows.prefix(Self.apartFlows).map(\.frame)
        bytes = FlowBytes(first)
        packed = bytes.pack(flows)
        template = bytes.template(first)
    }

    /// Sees that the program judges as it should before its time is taken.
    func check() throws {
        guard let verdict else { return }
        for frame in frames.prefix(1000) {
            let found = try test(frame).returnValue
            guard found == verdict else {
                throw BenchError("\(name): verdict \(found) in place of \(verdict)")
            }
        }
    }

    /// One packet many times; the mean of a few packets, others in each round.
    func runSame() throws {
        var sum = 0.0
        for _ in 0..<Self.sameFrames {
            let run = try test(frames[next], repeat: Self.repeats)
            sum += Double(run.durationNanoseconds)
            next = (next + 1) % frames.count
        }
        add(.same, sum / Double(Self.sameFrames))
    }

    /// Another packet in each run of a test, on this CPU alone and on every one at once.
    func runStream(_ streams: PacketStreams) throws {
        let stream = streams[bytes]
        switch entry {
        case .stub(let hook): try stream.prepare(hook.stub, packed)
        case .program(let alone): try stream.prepare(alone.program, packed)
        }
        _ = try stream.run(template, passes: 1)
        add(.stream, try stream.run(template, passes: 2))
        guard Processors.online > 1 else { return }
        let template = template
        let times = try Processors.onEach(of: Processors.online) {
            try stream.run(template, passes: 2)
        }
        add(.everyCPU, times.reduce(0, +) / Double(times.count))
    }

    /// Every packet once, each by a system call of its own: the kernel's own clock around each run of
    /// the program, system calls excluded.
    func runApart() throws {
        let before = try info
        for frame in frames { _ = try test(frame) }
        let after = try info
        add(
            .apart,
            Double(after.runNanoseconds - before.runNanoseconds)
                / Double(after.runCount - before.runCount))
    }

    /// What was found.
    var measurements: [Measurement] {
        Method.allCases.compactMap { method in
            samples[method].map {
                Measurement(
                    what: name, entries: entries, column: method.rawValue, unit: "ns", values: $0,
                    over: over)
            }
        }
    }

    private func add(_ method: Method, _ nanoseconds: Double) {
        samples[method, default: []].append(nanoseconds)
    }

    private func test(_ frame: [UInt8], repeat count: Int32 = 1) throws -> TestRun {
        switch entry {
        case .stub(let hook): try hook.stub.testRun(packet: frame, repeat: count)
        case .program(let alone): try alone.program.testRun(packet: frame, repeat: count)
        }
    }

    private var info: ProgramInfo {
        get throws {
            switch entry {
            case .stub(let hook): try hook.stub.info
            case .program(let alone): try alone.program.info
            }
        }
    }
}

/// A stream for each IP version.
struct PacketStreams {
    private let ipv4, ipv6: PacketStream

    init(flows: Int) throws {
        ipv4 = try PacketStream(.ipv4, flows: flows)
        ipv6 = try PacketStream(.ipv6, flows: flows)
    }

    subscript(bytes: FlowBytes) -> PacketStream { bytes == .ipv4 ? ipv4 : ipv6 }
}
