import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// The same as the fault matrix with the kernel itself refusing calls. That needs no seam in netctl, and shows that
/// the seam's calls are the kernel's.
@Suite(
    "Calls that the kernel refuses", .requiresRoot, .requiresClang,
    .enabled(if: CallRefusal.isPossible, "this kernel takes no program on lsm/bpf"))
struct CallRefusalTests {
    @Test("a refused bpf(2) leaves the old, or the next command brings it")
    func refused() async throws {
        try await Ground.with(.xdp) { ground in
            let operations = [Operation.attach, .apply, .detach, .blockAdd]
            try Trial.warmUp(operations, ground)
            for operation in operations {
                try Self.tryAll(Trial(operation, ground))
            }
        }
    }

    private static func tryAll(_ trial: Trial) throws {
        let refusal = try CallRefusal.attached()
        let perform = { try trial.operation.perform(trial.ground) }
        var calls = 0
        _ = try trial.cutShort("with nothing refused") {
            let end = refusal.inject(0, .notPermitted, perform)
            calls = end.calls
            return end.isDone
        }
        #expect(calls == trial.calls[.bpf]?.count)
        let errors = Fault.bpf.errors
        for nth in 1..<calls + 1 where FaultPart.includes(nth + trial.number, sampling: 67) {
            let error = errors[nth % errors.count]
            _ = try trial.cutShort("with bpf(2) number \(nth) of \(calls) refused with \(error)") {
                let end = refusal.inject(nth, error, perform)
                #expect(end.calls >= nth)
                return end.isDone
            }
        }
        try trial.clear()
    }
}
