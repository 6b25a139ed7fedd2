import BPF
import TestSupport
import Testing

@testable import Datapath

/// A program that would judge otherwise than its policy means never meets a packet.
@Suite("Canary refusal", .requiresRoot)
struct CanaryRefusalTests {
    @Test(
        "a table of the new program is wrong: refused, and every hook is on its old policy",
        arguments: HookWay.ofPackets.filter { $0 != .cgroupDevice })
    func refused(way: HookWay) async throws {
        try await Ground.with(way) { ground in
            try Operation.apply.prepare(ground)
            let before = try HeldState.now()
            let root = try #require(try PinRoot.existing())
            let counters = try Set(
                root.points().map { try Map(pinned: root.pins(of: $0).counters).info.id })
            let known = Set(try Program.ids())
            let new = ground.text("new", at: [ground.kept, ground.dropped])
            let error = #expect(throws: DatapathError.self) {
                try Failpoint.observe({ failpoint in
                    guard failpoint == .tryOut else { return }
                    try? Self.spoil(counting: counters, except: known)
                }) {
                    try Operation.apply(new)
                }
            }
            #expect(
                error?.description.contains("the new program does ") == true
                    && error?.description.contains("nothing was changed") == true,
                "\(String(describing: error))")
            #expect(try HeldState.settled() == before)
            // Undisturbed, the same policy is put in force.
            try Operation.apply(new)
            #expect(try HeldState.now() != before)
            _ = try Reconciler().detachAll()
            #expect(try HeldState.settled() == HeldState())
        }
    }

    /// Makes a body pass what its rule drops: the row that says which rules its port satisfies is emptied.
    private static func spoil(counting counters: Set<UInt32>, except known: Set<UInt32>) throws {
        for id in try Program.ids() where !known.contains(id) {
            let maps = try Program(id: id).info.mapIDs
            guard !counters.isDisjoint(with: maps) else { continue }
            for map in maps {
                let table = try Map(id: map)
                guard table.info.name == "row_summary" else { continue }
                let rows = try ArrayMap<UInt64>(table)
                for index in 0..<rows.count { try rows.update(at: index, 0) }
            }
        }
    }
}
