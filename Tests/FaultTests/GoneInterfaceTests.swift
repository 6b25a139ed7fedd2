import Foundation
import Policy
import Synchronization
import TestSupport
import Testing

@testable import Datapath

/// An interface that vanishes in the middle of a command: for each change that the command makes, in front of
/// it. `NETCTL_FAULTS=all` tries all of them.
@Suite("Interface gone between plan and step", .requiresRoot)
struct GoneInterfaceTests {
    @Test(
        "the other hooks have the old policies or the new ones, and nothing is left behind",
        arguments: HookWay.ofPackets.filter { $0.hook?.place == .interface })
    func gone(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            var tried = 0
            for operation in [
                Operation.attach, .apply, .applyToConfirm, .confirm, .rollback, .detach,
            ] {
                guard FaultPart.isWhole || (operation.number + way.number) % 3 == 0 else {
                    continue
                }
                let trial = try Trial(operation, ground)
                for number in trial.failpoints.indices
                where FaultPart.includes(number + trial.number, sampling: 67) {
                    try Self.tryWithoutInterface(number, trial)
                    tried += 1
                }
            }
            print("\(way.rawValue): an interface was gone in front of \(tried) changes")
        }
    }

    private static func tryWithoutInterface(_ number: Int, _ trial: Trial) throws {
        let (operation, ground) = (trial.operation, trial.ground)
        try operation.prepare(ground)
        let reached = Mutex(0)
        let isDone = Failpoint.observe({ _ in
            let count = reached.withLock { count in
                defer { count += 1 }
                return count
            }
            if count == number { _ = try? run(["ip", "link", "delete", ground.kept]) }
        }) {
            do {
                try operation.perform(ground)
                return true
            } catch {
                return false
            }
        }
        let what =
            "\(operation.rawValue) on \(ground.way), gone in front of \(trial.failpoints[number])"
        _ = try operation.next()
        let left = try HeldState.now()
        let others = left.attachments(except: ground.kept)
        let (old, new) = (
            trial.before.attachments(except: ground.kept),
            trial.after.attachments(except: ground.kept)
        )
        #expect(others == old && !isDone || others == new, "\(what), done: \(isDone)")
        #expect(
            left.oddities.allSatisfy { $0.hasPrefix("gone: \(ground.kept): ") }, "\(what): \(left)")
        #expect(left.journal == nil || isDone && operation == .applyToConfirm, "\(what): \(left)")
        _ = try Reconciler().detachAll()
        #expect(try HeldState.settled() == HeldState(), "\(what)")
        try Ground.addPlace(ground.kept)
    }
}
