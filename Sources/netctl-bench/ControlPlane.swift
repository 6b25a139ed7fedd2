import BPF
import Datapath
import Foundation
import Policy
import PolicyCompiler

/// What a policy with a large set file costs before it is in force.
struct ControlPlane {
    private let netctl: String
    private let sizes: [Size]

    private final class Size {
        let lines: Int
        /// Two files, so that each apply has something to do.
        let files: [SetFile]
        var read = Sample()
        var compile = Sample()
        var load = Sample()
        var apply = Sample()
        var peak = Sample()

        init(_ lines: Int, in folder: URL) throws {
            self.lines = lines
            files = try [1, 2].map { try SetFile(lines: lines, seed: $0, in: folder) }
        }
    }

    init(netctl: String, in folder: URL) throws {
        self.netctl = netctl
        sizes = try [10000, 100_000, 1_000_000].map { try Size($0, in: folder) }
    }

    /// Applies every file in turn to an attachment, named by its interface, that has no policy.
    func run(rounds: Int, on attachment: String) throws {
        for round in 0..<rounds {
            for size in sizes {
                let policy = size.files[round % 2].policy
                try inside(size, policy)
                let run = try ChildRun(
                    [netctl, "apply", policy, "--interface", attachment], watchesMemory: true)
                size.apply.add(run.milliseconds)
                size.peak.add(run.peakMegabytes)
            }
        }
    }

    func print() {
        var table = Table([
            "set file", "read, sort, digest", "compile", "load and fill", "`netctl apply`, whole",
            "peak RSS",
        ])
        for size in sizes {
            table.add([
                "\(grouped(size.lines)) lines",
                Self.text(size.read), Self.text(size.compile), Self.text(size.load),
                Self.text(size.apply), "\(size.peak.median.text) MB",
            ])
        }
        table.print()
    }

    static func text(_ sample: Sample) -> String {
        "\(sample.median.text) (\(sample.minimum.text)) ms"
    }

    /// The same in steps, inside this process.
    private func inside(_ size: Size, _ policy: String) throws {
        let clock = ContinuousClock()
        var revision: PolicyRevision?
        size.read.add(
            try clock.measure { revision = try PolicyFiles([policy]).revision().revision }
                .milliseconds)
        guard let policy = revision?.policy, let filter = policy.filters.first else {
            throw BenchError("\(policy): refused")
        }
        var compiled: CompiledFilter?
        size.compile.add(
            try clock.measure { compiled = try CompiledFilter(filter, sets: policy.sets) }
                .milliseconds)
        guard let compiled else { return }
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        size.load.add(try clock.measure { _ = try hook.load(compiled) }.milliseconds)
    }
}
