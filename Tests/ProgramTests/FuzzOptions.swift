import Foundation
import Policy

/// How many random policies are tried, and which.
///
/// `NETCTL_FUZZ_POLICIES=N` tries N, `NETCTL_FUZZ_SEED=S` begins at S, `NETCTL_FUZZ_SECONDS=T` goes
/// on until T seconds are over, `NETCTL_FUZZ_FRAMES=F` shows F frames to each: loading a program takes
/// longer than a thousand frames. `NETCTL_FUZZ_HOOK=tc` tries but the programs whose hook's name begins
/// so: xdp, tc, cgroup.
struct FuzzOptions {
    /// Frames for each policy, unless said otherwise.
    private static let frameCount = 500
    /// The policies of `make test`, of all hooks together: a debug build takes 0.13 s of a CPU for each, with its frames.
    static let policyCount: UInt64 = 400

    let firstSeed: UInt64
    /// Frames for each policy.
    let frames: Int
    let seeds: Range<UInt64>
    let deadline: ContinuousClock.Instant?
    /// The programs to try.
    let settings: [ProgramSetting]

    init() {
        func number(_ variable: String) -> UInt64? {
            ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
        }
        let hook = ProcessInfo.processInfo.environment["NETCTL_FUZZ_HOOK"] ?? ""
        settings = ProgramSetting.all.filter { $0.hook.rawValue.hasPrefix(hook) }
        precondition(!settings.isEmpty, "NETCTL_FUZZ_HOOK=\(hook) is no hook of packets")
        let seconds = number("NETCTL_FUZZ_SECONDS")
        firstSeed = number("NETCTL_FUZZ_SEED") ?? 1
        frames = number("NETCTL_FUZZ_FRAMES").map(Int.init) ?? Self.frameCount
        deadline = seconds.map { .now + .seconds(Int($0)) }
        let count = number("NETCTL_FUZZ_POLICIES") ?? (seconds == nil ? Self.policyCount : 1 << 40)
        seeds = firstSeed..<firstSeed + count
    }

    var isOver: Bool { deadline.map { .now > $0 } ?? false }
}
