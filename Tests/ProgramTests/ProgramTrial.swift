import BPF
import PolicyCompiler
import TestSupport

@testable import Datapath

/// One case on the real program, against its meaning: verdict, and every count.
struct ProgramTrial {
    let setting: ProgramSetting
    /// How much of the frame is before `data_end`; nil for as much as a page takes. What of a split
    /// frame is counted in bytes is not compared: see `l3_end` in `bpf/lib/parse.h`.
    let linearLength: Int?

    /// What was found, as lines that are equal when the program does what the policy says, or when no
    /// test run has such a packet.
    struct Outcome {
        let meant: String
        let found: String
        let judgement: String

        var isRight: Bool { meant == found }
    }

    func outcome(of tried: RandomCase, _ bench: CounterBench) throws -> Outcome {
        let filter = try LoadedFilter(tried.policy, setting, bench)
        let judgement = filter.meaning(of: tried.packet)
        var counts = Array(repeating: Count.zero, count: filter.slots)
        let once = Count(packets: 1, bytes: UInt64(tried.packet.bytes.count))
        for slot in filter.slots(of: judgement) { counts[slot] = counts[slot] &+ once }
        _ = bench.take(filter.slots)
        let split = linearLength.map { min($0, tried.packet.bytes.count) }
        guard let found = try filter.run(tried.packet, linearLength: split) else {
            return Outcome(meant: "", found: "", judgement: judgement.description)
        }
        return Outcome(
            meant: text(filter.returnValue(of: judgement), counts),
            found: text(found, bench.take(filter.slots)),
            judgement: judgement.description)
    }

    private func text(_ action: UInt32?, _ counts: [Count]) -> String {
        let counted = counts.enumerated().filter { $0.element != .zero }.map { slot, count in
            let bytes = linearLength == nil ? " of \(count.bytes) bytes" : ""
            return "\(count.packets)\(bytes) in slot \(slot)"
        }
        let action = action.map { "\(Int32(bitPattern: $0))" } ?? "none"
        return "returns \(action), \(counted.joined(separator: ", "))"
    }

    /// The smallest case near a wrong one that is wrong, for a person to read.
    func report(_ tried: RandomCase, _ bench: CounterBench) throws -> String {
        let smallest = try tried.shrunk(minimumLength: setting.lengths.lowerBound) {
            candidate throws in
            try !outcome(of: candidate, bench).isRight
        }
        let shown = try outcome(of: smallest, bench)
        return """
            \(setting), linear: \(linearLength.map(String.init) ?? "all")
            \(smallest)
            judgement: \(shown.judgement)
            meant: \(shown.meant)
            found: \(shown.found)
            """
    }
}
