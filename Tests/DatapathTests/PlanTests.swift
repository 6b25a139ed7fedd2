import Policy
import Testing

@testable import Datapath

/// Desired × observed → steps. The policy is `edge` with digest `new`.
struct PlanRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var wanted: [(interface: String, index: Int32, mode: XDPModeRequest, filter: String)] = [
        ("eth1", 3, .auto, "inbound")
    ]
    var observed: [Datapath.Attachment] = []
    var takeOver = false
    var removesOthers = true
    /// The steps, or the error.
    let outcome: Outcome

    enum Outcome: Sendable {
        case steps([String])
        case error(String)
    }

    func plan() throws -> Plan {
        let targets = try wanted.map { want in
            Targets.Want(
                target: AttachTarget(
                    .stub(want.interface, index: want.index),
                    mode: want.mode.required.map(AttachMode.xdp)),
                use: FilterUse(filter: try Name(want.filter), hook: .xdp, monitor: false))
        }
        return try Plan(
            policy: try Name("edge"), digest: "new", wanted: Targets(targets), observed: observed,
            takeOver: takeOver, removesOthers: removesOthers)
    }
}

@Suite("Plan")
struct PlanTests {
    static let rows = [
        PlanRow(
            testDescription: "nothing attached: attach",
            outcome: .steps(["attach eth1 xdp (auto): filter inbound"])),
        PlanRow(
            testDescription: "in force already: nothing to do",
            observed: [.stub(owner: "edge", policy: .stub())], outcome: .steps([])),
        PlanRow(
            testDescription: "in force on what a person attached: nothing to do",
            observed: [.stub(policy: .stub())], outcome: .steps([])),
        PlanRow(
            testDescription: "attached without a policy: replace",
            observed: [.stub()],
            outcome: .steps(["apply to eth1 xdp: filter inbound"])),
        PlanRow(
            testDescription: "another digest: replace",
            observed: [.stub(policy: .stub(digest: "0123456789abcdef"))],
            outcome: .steps(["replace eth1 xdp: filter inbound (was edge/inbound 01234567)"])),
        PlanRow(
            testDescription: "another filter of the same policy: replace",
            observed: [.stub(policy: .stub(filter: "strict"))],
            outcome: .steps(["replace eth1 xdp: filter inbound (was edge/strict new)"])),
        PlanRow(
            testDescription: "another policy holds the hook: error",
            observed: [.stub(policy: .stub(policy: "other"))],
            outcome: .error(
                "apply policy 'edge': eth1: policy 'other' holds xdp there; "
                    + "detach it, or use --take-over")),
        PlanRow(
            testDescription: "another policy holds the hook, --take-over: replace",
            observed: [.stub(policy: .stub(policy: "other"))], takeOver: true,
            outcome: .steps(["replace eth1 xdp: filter inbound (was other/inbound new)"])),
        PlanRow(
            testDescription: "attached in the mode asked for: replace",
            wanted: [("eth1", 3, .xdpgeneric, "inbound")], observed: [.stub()],
            outcome: .steps(["apply to eth1 xdp: filter inbound"])),
        PlanRow(
            testDescription: "attached in another mode: error",
            wanted: [("eth1", 3, .xdpdrv, "inbound")], observed: [.stub()],
            outcome: .error(
                "attach xdp: eth1: attached in xdpgeneric mode, not xdpdrv; 'netctl detach eth1' "
                    + "first; until it is attached again all packets pass")),
        PlanRow(
            testDescription: "in force already but in another mode: error",
            wanted: [("eth1", 3, .xdpgeneric, "inbound")],
            observed: [.stub(mode: .native, policy: .stub())],
            outcome: .error(
                "attach xdp: eth1: attached in xdpdrv mode, not xdpgeneric; 'netctl detach eth1' "
                    + "first; until it is attached again all packets pass")),
        PlanRow(
            testDescription: "the interface is gone and back under the same index: attach",
            observed: [.stub(policy: .stub(), state: .gone)],
            outcome: .steps(["attach eth1 xdp (auto): filter inbound"])),
        PlanRow(
            testDescription: "no longer listed, attached by this policy: detach",
            wanted: [], observed: [.stub(owner: "edge", policy: .stub())],
            outcome: .steps(["detach eth1 xdp: no longer listed"])),
        PlanRow(
            testDescription: "no longer listed, attached by a person: clear",
            wanted: [], observed: [.stub(policy: .stub())],
            outcome: .steps(["clear eth1 xdp: no longer listed, passes and counts"])),
        PlanRow(
            testDescription: "no longer listed, but only a part is applied: kept",
            wanted: [], observed: [.stub(owner: "edge", policy: .stub()), .stub(index: 4)],
            removesOthers: false, outcome: .steps([])),
        PlanRow(
            testDescription: "other names and bare attachments are untouched",
            wanted: [],
            observed: [
                .stub("eth2", index: 4, owner: "other", policy: .stub(policy: "other")),
                .stub("eth3", index: 5),
            ], outcome: .steps([])),
        PlanRow(
            testDescription: "several at once, in the policy's order, removals last",
            wanted: [("eth2", 4, .auto, "inbound"), ("eth1", 3, .xdpdrv, "strict")],
            observed: [
                .stub("eth9", index: 9, owner: "edge", policy: .stub()),
                .stub("eth2", index: 4),
            ],
            outcome: .steps([
                "apply to eth2 xdp: filter inbound",
                "attach eth1 xdp (xdpdrv): filter strict", "detach eth9 xdp: no longer listed",
            ])),
    ]

    @Test("desired × observed", arguments: rows)
    func steps(row: PlanRow) throws {
        switch row.outcome {
        case .steps(let steps):
            #expect(try row.plan().steps.map(\.description) == steps)
        case .error(let message):
            let error = #expect(throws: DatapathError.self) { try row.plan() }
            #expect(error?.description == message)
            #expect(error?.code == .failed)
        }
    }

    @Test("an interface to redirect to that was made anew has another index: replace")
    func redirects() throws {
        func steps(recorded: [String: UInt32]?, found: [String: UInt32]) throws -> Int {
            var record = PolicyRecord.stub()
            record.redirects = recorded
            let want = Targets.Want(
                target: AttachTarget(.stub()),
                use: FilterUse(
                    filter: try Name("inbound"), hook: .xdp, monitor: false, redirects: found))
            return try Plan(
                policy: try Name("edge"), digest: "new", wanted: Targets([want]),
                observed: [.stub(policy: record)], takeOver: false, removesOthers: true
            ).steps.count
        }
        #expect(try steps(recorded: nil, found: [:]) == 0)
        #expect(try steps(recorded: ["eth2": 4], found: ["eth2": 4]) == 0)
        #expect(try steps(recorded: ["eth2": 4], found: ["eth2": 5]) == 1)
    }

    @Test("a hook that another policy took over is no longer this one's to detach")
    func takenOver() throws {
        let row = PlanRow(
            testDescription: "", wanted: [],
            observed: [.stub(owner: "edge", policy: .stub(policy: "other"))], outcome: .steps([]))
        #expect(try row.plan().steps.map(\.description) == [])
    }
}
