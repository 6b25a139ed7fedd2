import NetTypes
import Policy
import TestSupport
import Testing

@testable import Datapath

/// Something that changes what the kernel holds.
enum Operation: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case attach, apply
    case applyToConfirm = "apply --confirm"
    case confirm, revert, rollback, detach
    case blockAdd = "block add"
    case attachProgram = "attach --program"
    case replaceProgram = "attach --program, another one"
    case detachProgram = "detach --program"
    case applyPrograms = "apply with programs"
    case rollBackPrograms = "rollback of programs"

    var testDescription: String { rawValue }

    /// Its place among them.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Those of netctl's own programs that a hook has: requests for devices have no addresses to block.
    static func ofPolicies(on way: HookWay) -> [Operation] {
        let operations: [Operation] = [
            .attach, .apply, .applyToConfirm, .confirm, .revert, .rollback, .detach, .blockAdd,
        ]
        return operations.filter { $0 != .blockAdd || way != .cgroupDevice }
    }

    /// Those of users' programs.
    static func ofPrograms(on way: HookWay) -> [Operation] {
        [.attachProgram, .replaceProgram, .detachProgram, .applyPrograms, .rollBackPrograms]
    }

    /// Brings about what is there before; nothing is there yet.
    func prepare(_ ground: Ground) throws {
        switch self {
        case .attach, .attachProgram: break
        case .detach, .blockAdd:
            try Self.apply(ground.text("old", at: [ground.kept]))
            if self == .blockAdd { try Self.block("192.0.2.1/32", "first") }
        case .apply, .applyToConfirm: try Self.applyOld(ground)
        case .confirm, .revert:
            try Self.applyOld(ground)
            try Self.apply(ground.text("older", at: [ground.kept, ground.dropped, ground.adopted]))
            try Self.apply(ground.text("old", at: [ground.kept, ground.dropped, ground.adopted]))
            try Self.apply(Self.new(ground), confirm: .seconds(3600))
        case .rollback:
            try Self.applyOld(ground)
            try Self.apply(Self.new(ground))
        case .replaceProgram, .detachProgram: try ground.program(version: 1).attach()
        case .applyPrograms: try Self.applyPrograms(Self.oldPrograms(ground), ground)
        case .rollBackPrograms:
            try Self.applyPrograms(Self.oldPrograms(ground), ground)
            try Self.applyPrograms(Self.newPrograms(ground), ground)
        }
    }

    /// Does it, in this process.
    func perform(_ ground: Ground) throws {
        switch self {
        case .attach: _ = try Reconciler().attach(ground.target(ground.kept))
        case .apply: try Self.apply(Self.new(ground))
        case .applyToConfirm: try Self.apply(Self.new(ground), confirm: .seconds(3600))
        case .confirm: _ = try Reconciler().confirm()
        case .revert, .rollback, .rollBackPrograms: _ = try Reconciler().rollback()
        case .detach: try Reconciler().detach([ground.target(ground.kept).point])
        case .blockAdd: try Self.block("192.0.2.1/32", "198.51.100.0/24", "second")
        case .attachProgram, .replaceProgram: try ground.program(version: 2).attach()
        case .detachProgram: try Reconciler().detach(programs: Observation.now().allPrograms)
        case .applyPrograms: try Self.applyPrograms(Self.newPrograms(ground), ground)
        }
    }

    /// What to type to have it done.
    func words(_ ground: Ground) throws -> [String] {
        switch self {
        case .attach: ["attach"] + ground.words(ground.kept)
        case .apply: ["apply", try ground.file("new", Self.new(ground))]
        case .applyToConfirm:
            ["apply", "--confirm", "1h", try ground.file("new", Self.new(ground))]
        case .confirm: ["confirm"]
        case .revert, .rollback, .rollBackPrograms: ["rollback"]
        case .detach: ["detach"] + ground.words(ground.kept, attach: false)
        case .blockAdd:
            ["block", "add", "192.0.2.1", "198.51.100.0/24", "--reason", "second"]
        case .attachProgram, .replaceProgram: try ground.program(version: 2).words
        case .detachProgram: ["detach", "--program", Ground.programName]
        case .applyPrograms: ["apply", try ground.file("new", Self.newPrograms(ground))]
        }
    }

    /// The next command that changes anything: what it says, having nothing else to do.
    func next() throws -> [String] {
        let said = Said()
        if self == .blockAdd {
            // Removing what is not there changes nothing either.
            _ = try BlockList.remove(Self.addresses("203.0.113.77/32")) { said.add($0) }
        } else {
            try Reconciler { said.add($0) }.resume([])
        }
        return said.lines
    }

    /// An apply with a program that is on its hook already when a later one fails: the interface for that one
    /// vanishes in between.
    static func failToReplaceProgram(
        _ ground: Ground, _ observer: @escaping @Sendable (Failpoint) -> Void
    ) throws {
        try Operation.applyPrograms.prepare(ground)
        let before = try HeldState.now()
        #expect(throws: DatapathError.self) {
            try Failpoint.observe({ failpoint in
                observer(failpoint)
                if failpoint == .addFilter { _ = try? run(["ip", "link", "delete", ground.added]) }
            }) {
                try Operation.applyPrograms.perform(ground)
            }
        }
        #expect(try HeldState.settled() == before)
        _ = try Reconciler().detachAll()
    }

    // MARK: What is there

    /// A policy at two places of its own and one that a person attached.
    private static func applyOld(_ ground: Ground) throws {
        _ = try Reconciler().attach(ground.target(ground.adopted))
        try apply(ground.text("old", at: [ground.kept, ground.dropped, ground.adopted]))
    }

    /// Takes each of the steps that a plan can have: replace, attach, detach, clear.
    private static func new(_ ground: Ground) -> String {
        ground.text("new", at: [ground.kept, ground.added])
    }

    private static func oldPrograms(_ ground: Ground) -> String {
        ground.programText(1, at: [ground.kept, ground.dropped])
    }

    /// Replaces a program, attaches one and detaches one.
    private static func newPrograms(_ ground: Ground) -> String {
        ground.programText(2, at: [ground.kept, ground.added])
    }

    private static func applyPrograms(_ text: String, _ ground: Ground) throws {
        try apply(text, objects: try ground.objects)
    }

    static func apply(
        _ text: String, confirm: Duration? = nil, objects: [String: [UInt8]] = [:]
    ) throws {
        let source = PolicySource(path: "edge.yaml", bytes: Array(text.utf8))
        let result = PolicyReader.read([source]) { _ in [] }
        let policy = try #require(result.policy, "\(result.diagnostics)")
        var options = Reconciler.ApplyOptions()
        options.confirm = confirm
        options.objects = objects
        try Reconciler().apply(PolicyRevision(policy, setFiles: []), options)
    }

    private static func block(_ words: String...) throws {
        let reason = try #require(words.last.flatMap(BlockReason.init))
        _ = try BlockList.add(addresses(words.dropLast()), for: nil, reason: reason)
    }

    private static func addresses(_ words: [String]) throws -> AddressSet {
        let prefixes = try words.flatMap { try AddressFeed.prefixes(of: $0) }
        return AddressSet(
            ipv4: prefixes.compactMap { if case .v4(let prefix) = $0 { prefix } else { nil } })
    }

    private static func addresses(_ words: String...) throws -> AddressSet { try addresses(words) }
}
