import BPF
import Datapath
import PolicyCompiler
import TestSupport

/// One case on the real program, against its meaning: verdict, and every count.
struct ProgramTrial {
    let multiBuffer: Bool
    /// How much of the frame is before `data_end`; nil for as much as a page takes. What of a split
    /// frame is counted in bytes is not compared: see `l3_end` in `bpf/lib/parse.h`.
    let linearLength: Int?

    /// What was found, as lines that are equal when the program does what the policy says.
    struct Outcome {
        let meant: String
        let found: String
        let judgement: String

        var isRight: Bool { meant == found }
    }

    func outcome(of tried: RandomCase, _ bench: CounterBench) throws -> Outcome {
        let filter = try LoadedFilter(tried.policy, multiBuffer: multiBuffer, bench)
        let judgement = filter.meaning(of: tried.frame)
        var counts = Array(repeating: Count.zero, count: filter.slots)
        let once = Count(packets: 1, bytes: UInt64(tried.frame.count))
        for slot in filter.slots(of: judgement) { counts[slot] = counts[slot] &+ once }
        _ = bench.take(filter.slots)
        let split = linearLength.map { min($0, tried.frame.count) }
        let run = try filter.program.testRun(packet: tried.frame, linearLength: split)
        return Outcome(
            meant: text(judgement.verdict.xdpAction, counts),
            found: text(run.returnValue, bench.take(filter.slots)),
            judgement: judgement.description)
    }

    private func text(_ action: UInt32, _ counts: [Count]) -> String {
        let counted = counts.enumerated().filter { $0.element != .zero }.map { slot, count in
            let bytes = linearLength == nil ? " of \(count.bytes) bytes" : ""
            return "\(count.packets)\(bytes) in slot \(slot)"
        }
        return "XDP action \(action), \(counted.joined(separator: ", "))"
    }

    /// The smallest case near a wrong one that is wrong, for a person to read.
    func report(_ tried: RandomCase, _ bench: CounterBench) throws -> String {
        let smallest = try tried.shrunk(minimumLength: 14) { candidate throws in
            try !outcome(of: candidate, bench).isRight
        }
        let shown = try outcome(of: smallest, bench)
        return """
            multi-buffer: \(multiBuffer), linear: \(linearLength.map(String.init) ?? "all")
            \(smallest)
            judgement: \(shown.judgement)
            meant: \(shown.meant)
            found: \(shown.found)
            """
    }
}
