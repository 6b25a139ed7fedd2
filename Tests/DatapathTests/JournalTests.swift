import BPF
import LinuxSystem
import NetctlABI
import Policy
import PolicyCompiler
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// An apply that was cut short is undone or finished by the next command, and it says which.
@Suite("Journal", .requiresRoot) struct JournalTests {
    private static func text(_ rule: String) -> String {
        """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
              - { name: \(rule), match: { proto: udp }, action: drop }
        """
    }

    /// Two hooks with the old policy, and the first of them with the body of the new one in force:
    /// where a process was killed between two stores.
    private struct CutShort {
        let pins: AttachmentPins
        let journal: FilePath
        let old: UInt32
        let new: UInt32

        init(_ state: Journal.State) throws {
            let wire = try Wire(.ipv4)
            let target = try wire.target(.xdpgeneric)
            _ = try Reconciler().attach(target)
            _ = try Reconciler().apply(
                PolicyRevision(policy(JournalTests.text("old")), setFiles: []))
            let root = try #require(try PinRoot.existing())
            pins = root.pins(of: target.point)
            journal = Journal.path(in: root)
            let bodies = try OpenBodies(pins)
            old = try #require(try bodies.program(at: NETCTL_BODY_ACTIVE))
            let before = try #require(try Observation.now().attachments.first?.policy)

            let next = PolicyRevision(try policy(JournalTests.text("new")), setFiles: [])
            let inbound = try #require(next.policy.filter(named: Name("inbound")))
            let rules = [RuleRecord(name: "new", verdict: .drop)]
            let assigned = SlotDirectory.assign(rules, after: before.slots, replacing: before.rules)
            let filter = try CompiledFilter(inbound, sets: [])
            let program = try HookObject(hook: .xdp, multiBuffer: true).loadFilter(
                filter, slots: assigned.slots, maps: HookMaps.open(pins, on: .xdp),
                redirects: .loopback(for: filter))
            new = try program.info.id
            try program.pin(at: pins.body(new))
            let record = PolicyRecord(
                policy: "edge", filter: "inbound", digest: next.digest, appliedAt: before.appliedAt,
                text: next.text, rules: rules, slots: assigned.directory)
            try PinnedRecord.create(BodyRecord.policy(record), at: pins.record(new))
            let intent = Journal(
                policy: "edge",
                swaps: [
                    Journal.Swap(
                        attachment: target.point.pinName, old: old, new: new, earlier: nil)
                ],
                additions: [], removals: [], state: state)
            try intent.write(in: root)
            try intent.swaps[0].make(in: root)
        }

        /// The program in force.
        func active() throws -> UInt32? {
            try OpenBodies(pins).program(at: NETCTL_BODY_ACTIVE)
        }

        /// The bodies that are pinned.
        func bodies() throws -> [String] {
            try Directory.entries(at: pins.folder.string).filter { $0.hasPrefix("body-") }
        }
    }

    /// What the next command says before it does nothing else.
    private static func nextCommand() throws -> [String] {
        let said = Said()
        try Reconciler { line in said.lines.withLock { $0.append(line) } }.resume([])
        return said.lines.withLock { $0 }
    }

    private final class Said: Sendable {
        let lines = Mutex<[String]>([])
    }

    @Test("killed between two stores: undone") func undone() async throws {
        try await withSandbox {
            let cut = try CutShort(.storing)
            #expect(try cut.active() == cut.new)
            #expect(
                try Self.nextCommand()
                    == ["undid an apply of policy 'edge' that was cut short"])
            #expect(try cut.active() == cut.old)
            #expect(try cut.bodies() == ["body-\(cut.old)"])
            #expect(throws: Errno.noSuchFileOrDirectory) {
                try FileIdentity(path: cut.journal.string)
            }
            #expect(try Self.nextCommand().isEmpty)
        }
    }

    @Test(
        "killed behind the last store, or while it was confirmed: finished",
        arguments: [Journal.State.finishing([]), .confirming])
    func finished(state: Journal.State) async throws {
        try await withSandbox {
            let cut = try CutShort(state)
            #expect(
                try Self.nextCommand()
                    == ["finished an apply of policy 'edge' that was cut short"])
            #expect(try cut.active() == cut.new)
            // One can go back to the old one.
            #expect(try Set(cut.bodies()) == ["body-\(cut.old)", "body-\(cut.new)"])
            guard case .wentBack = try Reconciler().rollback() else {
                Issue.record("nothing awaited a confirmation")
                return
            }
            #expect(try cut.active() == cut.old)
            #expect(throws: Errno.noSuchFileOrDirectory) {
                try FileIdentity(path: cut.journal.string)
            }
        }
    }

    @Test("a journal that cannot be read stops every change but the removal of everything")
    func unreadable() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
            let root = try #require(try PinRoot.existing())
            try PinnedRecord.create(["not": "a journal"], at: Journal.path(in: root))
            let error = #expect(throws: DatapathError.self) {
                try Reconciler().attach(wire.target(.xdpgeneric))
            }
            #expect(error?.description.contains("netctl detach --all") == true)
            #expect(try Reconciler().detachAll().attachments == 1)
            #expect(try Observation.now().attachments.isEmpty)
        }
    }
}
