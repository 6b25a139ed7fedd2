import BPF
import Policy
import SystemPackage
import TestSupport

/// What test runs of this kernel can do.
enum TestRunFeature {
    /// Whether a frame can be split at will, as since Linux 6.18.
    static func canSplit(_ bench: CounterBench) throws -> Bool {
        let empty = RandomPolicy(
            filter: Filter(name: literalName("empty"), defaultVerdict: .pass), sets: [])
        let filter = try LoadedFilter(
            empty, ProgramSetting(hook: .xdp, multiBuffer: true), bench)
        let frame = [UInt8](repeating: 0, count: 60)
        do throws(BPFError) {
            _ = try filter.program.testRun(packet: frame, linearLength: 20)
            return true
        } catch  where error.errno == .invalidArgument {
            return false
        }
    }
}
