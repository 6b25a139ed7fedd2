import BPF
import Datapath
import PolicyCompiler

/// A real stub with a real body, the packets that it is given, and what that cost.
final class ProgramCase {
    let name: String
    private let hook: DetachedHook
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

    init(_ name: String, _ hook: DetachedHook, _ flows: [Flow], verdict: UInt32? = nil) {
        self.name = name
        self.hook = hook
        self.frames = flows.map(\.frame)
        self.verdict = verdict
    }

    /// Sees that the body judges as it should before its time is taken.
    func check() throws {
        guard let verdict else { return }
        for frame in frames.prefix(1000) {
            let found = try hook.stub.testRun(packet: frame).returnValue
            guard found == verdict else {
                throw BenchError("\(name): verdict \(found) in place of \(verdict)")
            }
        }
    }

    func runWarm() throws {
        var sum = 0.0
        for _ in 0..<Self.warmFrames {
            let run = try hook.stub.testRun(packet: frames[next], repeat: Self.repeats)
            sum += Double(run.durationNanoseconds)
            next = (next + 1) % frames.count
        }
        warm.add(sum / Double(Self.warmFrames))
    }

    /// The kernel's own clock around each run of the stub, system calls excluded.
    func runCold() throws {
        let before = try hook.stub.info
        for frame in frames { _ = try hook.stub.testRun(packet: frame) }
        let after = try hook.stub.info
        cold.add(
            Double(after.runNanoseconds - before.runNanoseconds)
                / Double(after.runCount - before.runCount))
    }
}
