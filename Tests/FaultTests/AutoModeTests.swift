import Policy
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// XDP's mode `auto`: generic where the driver cannot run the program, and for no other reason.
@Suite("Automatic mode", .requiresRoot)
struct AutoModeTests {
    private static func attach(_ interface: String) throws -> (mode: AttachMode?, reason: String?) {
        let target = try AttachTarget(interface: interface, netns: nil, hook: .xdp, mode: nil)
        guard case .attached(let mode, let reason) = try Reconciler().attach(target) else {
            return (nil, "it was there")
        }
        return (mode, reason)
    }

    @Test("a bridge cannot: generic, with the kernel's own reason") func driver() async throws {
        try await withSandbox {
            try Ground.addPlace("bridge0")
            let (mode, reason) = try Self.attach("bridge0")
            #expect(mode == .xdp(.generic))
            #expect(reason?.hasSuffix("(EOPNOTSUPP)") == true, "\(reason ?? "-")")
            _ = try Reconciler().detachAll()
        }
    }

    @Test(
        "whatever call fails for want of memory or rights, what can be native is not generic",
        arguments: [Errno.noMemory, .notPermitted, .resourceBusy])
    func refusal(errno: Errno) async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let calls = try Fault.count { _ = try Self.attach("near0") }[.bpf]?.count ?? 0
            _ = try Reconciler().detachAll()
            #expect(calls > 10)
            var refused = 0
            // The link is among the last calls.
            for nth in (calls - 12)...calls {
                let isDone = Fault.bpf.inject(nth, errno) {
                    let (mode, reason) = try Self.attach("near0")
                    #expect(mode == .xdp(.native) && reason == nil, "\(nth) of \(calls)")
                }
                if !isDone { refused += 1 }
                _ = try Reconciler().detachAll()
            }
            #expect(refused > 3)
        }
    }
}
