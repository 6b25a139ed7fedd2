import CTestSupport
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// Each operation on each hook, killed in front of each change that it makes, and with each of its
/// bpf(2) and requests to netlink failing. It is a sample of some seconds; `NETCTL_FAULTS` says what more is
/// tried (``FaultPart``), with `--no-parallel` and a look for descriptors that are left.
@Suite(
    "Fault matrix", .requiresRoot,
    .enabled(if: Netctl.hasFailpoints, "a release build has no failpoints"))
struct FaultMatrixTests {
    @Test(
        "killed at every failpoint, failed at every call: the old is there, or the next command brings it",
        arguments: HookWay.ofPackets)
    func matrix(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            try Self.tryAll(Operation.ofPolicies(on: way), ground)
        }
    }

    @Test(
        "the same with users' programs, by hand and in policies", .requiresClang,
        arguments: HookWay.all)
    func programs(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            try ground.compileProgram()
            try Self.tryAll(Operation.ofPrograms(on: way), ground)
        }
    }

    @Test(
        "a detach of a user's program, killed anywhere, is finished", .requiresClang,
        arguments: [HookWay.clsact, .kernel])
    func detachOfProgram(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            try ground.compileProgram()
            let trial = try Trial(.detachProgram, ground)
            var tally = Tally()
            try Self.kill(trial, sampling: 1, &tally)
            try trial.clear()
        }
    }

    @Test("what a rollback that fails was to bring back can still be gone back to")
    func failedRollback() async throws {
        try await Ground.with(.clsact) { ground in
            let trial = try Trial(.rollback, ground)
            let requests = trial.calls[.netlink]?.count ?? 0
            // The filter that comes back is among the last.
            for nth in (requests - 5)...(requests - 3) {
                _ = try trial.cutShort("with netlink request \(nth) of \(requests) failing") {
                    Fault.netlink.inject(nth, .notPermitted) { try trial.operation.perform(ground) }
                }
            }
            try trial.clear()
        }
    }

    @Test("each failpoint is reached by an operation on a hook", .requiresClang)
    func reached() async throws {
        let reached = Reached()
        try await Failpoint.observe({ reached.add($0) }) {
            for way in [HookWay.clsact, .xdp] {
                try await Ground.with(way) { ground in
                    try ground.compileProgram()
                    let operations: [Operation] =
                        way == .xdp
                        ? [.attach, .attachProgram, .replaceProgram]
                        : [
                            .confirm, .revert, .rollback, .blockAdd, .replaceProgram,
                            .applyPrograms,
                            .rollBackPrograms,
                        ]
                    for operation in operations {
                        try operation.prepare(ground)
                        try operation.perform(ground)
                        _ = try Reconciler().detachAll()
                    }
                    // One that fails when its program is on its hook already.
                    if way == .clsact {
                        try Operation.failToReplaceProgram(ground) { reached.add($0) }
                    }
                }
            }
        }
        let missing = Set(Failpoint.allCases).subtracting(reached.all)
        #expect(missing.isEmpty)
    }

    @Test("what cannot be read once is neither forgotten by an apply nor removed", .requiresClang)
    func unreadable() async throws {
        try await Ground.with(.cgroupDevice) { ground in
            try ground.compileProgram()
            let trial = try Trial(.applyPrograms, ground)
            // The reading comes first, and takes several calls for each program.
            for nth in stride(from: 2, to: 60, by: 3) {
                _ = try trial.cutShort("with bpf() number \(nth) failing") {
                    Fault.bpf.inject(nth, .interrupted) { try trial.operation.perform(ground) }
                }
            }
            try trial.clear()
            // What one can go back to stays.
            try Operation.rollBackPrograms.prepare(ground)
            let before = try HeldState.now()
            let calls = try Fault.count { try Reconciler().resume([]) }[.bpf]?.count ?? 0
            for nth in 1..<calls + 1 {
                _ = Fault.bpf.inject(nth, .notPermitted) { try Reconciler().resume([]) }
                #expect(try HeldState.now() == before, "bpf() number \(nth) of \(calls)")
            }
            _ = try Reconciler().detachAll()
        }
    }

    private static func tryAll(_ operations: [Operation], _ ground: Ground) throws {
        // With a table of its own, a thread's descriptors mean others to the rest of the process:
        // nothing may run beside it.
        if FaultPart.isWhole { try OwnDescriptors.begin() }
        try Trial.warmUp(operations, ground)
        var (kills, failures) = (Tally(), Tally())
        var calls: [Fault: (count: Int, places: Int)] = [:]
        var failpoints = 0
        for operation in operations where isTried(operation, ground.way) {
            let trial = try Trial(operation, ground)
            failpoints += trial.failpoints.count
            for (fault, made) in trial.calls {
                calls[fault, default: (0, 0)].count += made.count
                calls[fault, default: (0, 0)].places += made.firstAtPlaces.count
            }
            try kill(trial, sampling: 23, &kills)
            for fault in Fault.allCases { try fail(trial, fault, &failures) }
            try trial.clear()
        }
        let counts = calls.map {
            "\($0.value.count) calls of \($0.key.rawValue) at \($0.value.places) places"
        }
        print(
            "\(ground.way.rawValue): \(operations.count) operations; \(failpoints) failpoints, killed "
                + "\(kills); \(counts.sorted().joined(separator: ", ")), failed \(failures)")
    }

    /// Ends a real netctl in front of each change.
    private static func kill(_ trial: Trial, sampling: Int, _ tally: inout Tally) throws {
        var seen: [Failpoint: Int] = [:]
        for (number, failpoint) in trial.failpoints.enumerated() {
            seen[failpoint, default: 0] += 1
            guard FaultPart.includes(number + trial.number, sampling: sampling) else { continue }
            let place = "\(failpoint.rawValue):\(seen[failpoint, default: 0])"
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
    private static func fail(_ trial: Trial, _ fault: Fault, _ tally: inout Tally) throws {
        guard let calls = trial.calls[fault] else { return }
        let descriptors = FaultPart.isWhole ? OwnDescriptors.list : []
        let isEach = FaultPart.current.extent != .places
        let errors = fault.errors
        for (place, nth) in (isEach ? Array(1..<calls.count + 1) : calls.firstAtPlaces).enumerated()
        {
            for number in isEach ? Array(errors.indices) : [(place + trial.number) % errors.count] {
                let error = errors[number]
                let each = isEach ? nth * errors.count + (number + nth) % errors.count : place
                guard FaultPart.includes(each + trial.number, sampling: 997) else { continue }
                let what =
                    "with \(fault.rawValue) number \(nth) of \(calls.count) failing with \(error)"
                let end = try trial.cutShort(what) {
                    fault.inject(nth, error) { try trial.operation.perform(trial.ground) }
                }
                if FaultPart.isWhole {
                    #expect(
                        OwnDescriptors.list == descriptors, "\(trial.operation.rawValue) \(what)")
                }
                tally.add(end)
            }
        }
    }

    /// A sample has every operation on every third hook.
    private static func isTried(_ operation: Operation, _ way: HookWay) -> Bool {
        FaultPart.isWhole || (operation.number + way.number) % 3 == 0
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
