import BPF
import Datapath
import PolicyCompiler

/// A real program, the packets that it is given, and what that cost.
final class ProgramCase {
    /// What is run: a stub with a body behind it, or a body by itself.
    enum Entry {
        case stub(DetachedHook)
        case body(Body)
    }

    /// A body that no stub calls, and the maps that it counts in.
    final class Body {
        let program: Program
        private let hook: DetachedHook

        init(_ filter: CompiledFilter, of hook: DetachedHook) throws {
            program = try hook.load(filter)
            self.hook = hook
        }
    }

    let name: String
    /// What to subtract, to see what this case adds to it.
    let floor: ProgramCase?
    private let entry: Entry
    private let frames: [[UInt8]]
    /// The verdict that every frame must get, `XDP_*`; nil when they differ.
    private let verdict: UInt32?

    /// One packet many times, nanoseconds a run; the mean of a few packets, others in each round.
    private(set) var warm = Sample()
    /// Every packet once, each by a system call of its own.
    private(set) var cold = Sample()

    static let pass: UInt32 = 2
    static let drop: UInt32 = 1
    static let flows = 4096
    /// Each change of packet makes the kernel wait some 15 ms for a grace period.
    private static let warmFrames = 16
    private static let repeats: Int32 = 20000
    private var next = 0

    init(
        _ name: String, _ entry: Entry, _ flows: [Flow], verdict: UInt32? = nil,
        over floor: ProgramCase? = nil
    ) {
        self.name = name
        self.entry = entry
        self.floor = floor
        self.frames = flows.map(\.frame)
        self.verdict = verdict
    }

    /// Sees that the body judges as it should before its time is taken.
    func check() throws {
        guard let verdict else { return }
        for frame in frames.prefix(1000) {
            let found = try test(frame).returnValue
            guard found == verdict else {
                throw BenchError("\(name): verdict \(found) in place of \(verdict)")
            }
        }
    }

    func runWarm() throws {
        var sum = 0.0
        for _ in 0..<Self.warmFrames {
            let run = try test(frames[next], repeat: Self.repeats)
            sum += Double(run.durationNanoseconds)
            next = (next + 1) % frames.count
        }
        warm.add(sum / Double(Self.warmFrames))
    }

    /// The kernel's own clock around each run of the stub, system calls excluded.
    func runCold() throws {
        let before = try info
        for frame in frames { _ = try test(frame) }
        let after = try info
        cold.add(
            Double(after.runNanoseconds - before.runNanoseconds)
                / Double(after.runCount - before.runCount))
    }

    private func test(_ frame: [UInt8], repeat count: Int32 = 1) throws -> TestRun {
        switch entry {
        case .stub(let hook): try hook.stub.testRun(packet: frame, repeat: count)
        case .body(let body): try body.program.testRun(packet: frame, repeat: count)
        }
    }

    private var info: ProgramInfo {
        get throws {
            switch entry {
            case .stub(let hook): try hook.stub.info
            case .body(let body): try body.program.info
            }
        }
    }
}
