import CTestSupport
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// Each operation on each hook, killed in front of each change that it makes, and with each of its
/// bpf(2) failing. `NETCTL_FAULTS=all` tries all of it and looks for descriptors that are left, with
/// `--no-parallel`; else it is a sample of some seconds.
@Suite(
    "Fault matrix", .requiresRoot,
    .enabled(if: isDebugBuild, "a release build has no failpoints"))
struct FaultMatrixTests {
    private static let isWhole = ProcessInfo.processInfo.environment["NETCTL_FAULTS"] == "all"
    private static let errors: [Errno] = [
        .noMemory, .noSpace, .notPermitted, .argListTooLong, .interrupted,
    ]

    @Test(
        "killed at every failpoint, failed at every bpf(): the old is there, or the next command brings it",
        arguments: HookWay.all)
    func matrix(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            // With a table of its own, a thread's descriptors mean others to the rest of the process:
            // nothing may run beside it.
            if Self.isWhole { try OwnDescriptors.begin() }
            // What is looked for once and known from then on is not part of any operation.
            for operation in [Operation.rollback, .attach] {
                try operation.prepare(ground)
                try operation.perform(ground)
                _ = try Reconciler().detachAll()
            }
            var (kills, failures, calls) = (Tally(), Tally(), 0)
            for operation in Operation.all(on: way) where Self.isTried(operation, way) {
                let trial = try Trial(operation, ground)
                calls += trial.calls
                try Self.kill(trial, &kills)
                try Self.fail(trial, &failures)
                try trial.clear()
            }
            print(
                "\(way.rawValue): killed \(kills); \(calls) calls of bpf(), failed \(failures)")
        }
    }

    @Test("each failpoint is reached by an operation on a hook") func reached() async throws {
        let reached = Reached()
        try await Failpoint.$observer.withValue({ reached.add($0) }) {
            for way in [HookWay.clsact, .xdp] {
                try await Ground.with(way) { ground in
                    let operations: [Operation] =
                        way == .xdp ? [.attach] : [.confirm, .revert, .rollback, .blockAdd]
                    for operation in operations {
                        try operation.prepare(ground)
                        try operation.perform(ground)
                        _ = try Reconciler().detachAll()
                    }
                }
            }
        }
        // Those of users' programs take a compiler.
        let ofPrograms: Set<Failpoint> = [.prepareProgram, .prepareProgramDetach, .putProgram]
        let missing = Set(Failpoint.allCases).subtracting(reached.all).subtracting(ofPrograms)
        #expect(missing.isEmpty)
    }

    /// Ends a real netctl in front of each change.
    private static func kill(_ trial: Trial, _ tally: inout Tally) throws {
        var seen: [Failpoint: Int] = [:]
        for failpoint in trial.failpoints {
            seen[failpoint, default: 0] += 1
            let time = seen[failpoint, default: 0]
            guard isTried(failpoint, time, trial) else { continue }
            let place = "\(failpoint.rawValue):\(time)"
            let end = try trial.cutShort("killed at \(place)") {
                let result = try run(
                    [Netctl.besideTests] + trial.operation.words(trial.ground),
                    environment: ["NETCTL_FAILPOINT": place])
                #expect(result.status == 128 + SIGKILL, "\(place): \(result)")
                return false
            }
            tally.add(end)
        }
    }

    /// Has the operation done in this process, with a fault in it.
    private static func fail(_ trial: Trial, _ tally: inout Tally) throws {
        let descriptors = isWhole ? OwnDescriptors.list : []
        for nth in 1...max(1, trial.calls) {
            for error in errors(for: nth, trial) {
                let what = "with bpf() number \(nth) of \(trial.calls) failing with \(error)"
                let end = try trial.cutShort(what) {
                    netctl_fail_bpf(nth, error.rawValue)
                    defer { _ = netctl_bpf_calls() }
                    do {
                        try trial.operation.perform(trial.ground)
                        return true
                    } catch {
                        return false
                    }
                }
                if isWhole {
                    #expect(
                        OwnDescriptors.list == descriptors, "\(trial.operation.rawValue) \(what)")
                }
                tally.add(end)
            }
        }
    }

    // MARK: The sample

    /// Every operation on every third hook.
    private static func isTried(_ operation: Operation, _ way: HookWay) -> Bool {
        isWhole || (operation.number + way.number) % 3 == 0
    }

    /// Some failpoints, the first time that they are come by.
    private static func isTried(_ failpoint: Failpoint, _ time: Int, _ trial: Trial) -> Bool {
        let number = Failpoint.allCases.firstIndex(of: failpoint) ?? 0
        return isWhole
            || time == 1 && (number + trial.operation.number + trial.ground.way.number) % 17 == 0
    }

    /// Some calls, each with one error.
    private static func errors(for nth: Int, _ trial: Trial) -> [Errno] {
        if isWhole { return errors }
        let number = nth + 11 * trial.operation.number + 17 * trial.ground.way.number
        return number % 211 == 0 ? [errors[number / 211 % errors.count]] : []
    }
}

/// How many faults there were, and what became of them.
private struct Tally: CustomStringConvertible {
    private var counts: [Trial.End: Int] = [:]

    mutating func add(_ end: Trial.End?) {
        if let end { counts[end, default: 0] += 1 }
    }

    var description: String {
        let words = Trial.End.allCases.map { "\(counts[$0] ?? 0) \($0.rawValue)" }
        return "\(counts.values.reduce(0, +)) times (\(words.joined(separator: ", ")))"
    }
}

private let isDebugBuild: Bool = {
    #if DEBUG
        true
    #else
        false
    #endif
}()
