import ArgumentParser
import CLinuxShims
import Foundation
import LinuxSystem

/// Measures what netctl costs; `make bench` runs it.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "netctl-bench",
        abstract: "Measure what a packet costs and how long an apply takes.",
        discussion: """
            Needs root. Everything happens in a network and a mount namespace of its own, which end \
            with the process. Prints Markdown.
            """)

    @Option(help: "Rounds of the program measurements; those of the control plane are fewer.")
    var rounds = 15

    @Option(help: "The largest set of the program measurements, in prefixes.")
    var largestSet = 1_000_000

    @Option(help: "The netctl to measure.")
    var netctl: String

    func validate() throws {
        if rounds < 1 || largestSet < 1 { throw ValidationError("Give at least 1.") }
    }

    func run() throws {
        print("\(Machine.description)\n- rounds: \(rounds)\n")
        try Isolation.enter()

        print("### A packet, in nanoseconds\n")
        do {
            let cost = try ProgramCost(largestSet: largestSet)
            try cost.run(rounds: rounds)
            cost.print()
        }

        print("### The same filter on each hook, in nanoseconds\n")
        do {
            let cost = try HookCost()
            try cost.run(rounds: rounds)
            cost.print()
        }

        let folder = FileManager.default.temporaryDirectory
            .appending(path: "netctl-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try ChildRun(["ip", "link", "add", "bench0", "type", "veth", "peer", "name", "bench1"])
        _ = try ChildRun([netctl, "attach", "bench0", "--quiet"])

        print("### A policy with a set file\n")
        let plane = try ControlPlane(netctl: netctl, in: folder)
        try plane.run(rounds: max(2, rounds / 3), on: "bench0")
        plane.print()

        print("### Commands, swaps, counters\n")
        var things = SmallThings(netctl: netctl)
        try things.run(rounds: rounds * 2, on: "bench0")
        things.print()
        _ = try ChildRun([netctl, "detach", "--all", "--quiet"])
    }
}
