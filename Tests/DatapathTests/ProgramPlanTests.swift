import BPF
import BPFObjects
import Foundation
import NetctlABI
import Policy
import Testing

@testable import Datapath

/// Desired × observed → steps, for entries with `program:`. The policy is `edge`; what it wants is a
/// program `xdp_stub` of the file count.bpf.o on the XDP hook of eth1.
struct ProgramPlanRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var wantsProgram = true
    var mode: XDPModeRequest = .auto
    /// Whether the policy has a filter for the same hook.
    var wantsFilter = false
    var programs: [ProgramAttachment] = []
    var filters: [Datapath.Attachment] = []
    var takeOver = false
    var removesOthers = true
    /// The steps, or the error.
    let outcome: PlanRow.Outcome

    func plan() throws -> Plan {
        let target = AttachTarget(.stub(), mode: mode.required.map(AttachMode.xdp))
        var wanted = Targets(
            wantsFilter
                ? [
                    Targets.Want(
                        target: target,
                        use: FilterUse(filter: try Name("inbound"), hook: .xdp, monitor: false))
                ] : [])
        if wantsProgram {
            let user = try UserProgram.stub()
            wanted.programs = [ProgramWant(user: user, target: ProgramTarget(user, target))]
        }
        return try Plan(
            policy: try Name("edge"), digest: "new", wanted: wanted, observed: filters,
            programs: programs, takeOver: takeOver, removesOthers: removesOthers)
    }
}

extension UserProgram {
    /// A program of one of netctl's own objects, as if a user had brought it.
    fileprivate static func stub() throws -> UserProgram {
        var options = Options()
        options.name = "xdp_stub"
        return try UserProgram(
            image: BPFObjects.xdp.image(), file: "count.bpf.o", hook: .xdp, options)
    }
}

extension ProgramAttachment {
    /// A program on eth1's XDP hook; without a digest, of the object that is wanted.
    fileprivate static func stub(
        name: String = "xdp_stub", digest: String? = nil, owner: String? = "edge",
        state: Datapath.Attachment.State = .active, index: Int32 = 3
    ) throws -> ProgramAttachment {
        let user = try UserProgram.stub()
        let point = AttachPoint(hook: .xdp, namespace: 1, interfaceIndex: index)
        let record = ProgramRecord(
            abi: NETCTL_ABI_VERSION, name: name, section: "xdp",
            type: user.program.type.rawValue, attachType: user.program.attachType.rawValue,
            file: "count.bpf.o", digest: digest ?? user.digest, hook: "xdp", interface: "eth1",
            namespace: 1, index: index, cgroup: nil, socket: nil, mode: .xdp(.generic), maps: [],
            attachedAt: Date(timeIntervalSince1970: 0), owner: owner)
        return ProgramAttachment(
            record: record, location: .interface("eth1", netns: nil), programID: 7, linkID: 1,
            state: state,
            folder: ProgramPoint(place: .interface(point), program: name).pinName)
    }
}

@Suite("Plan of programs")
struct ProgramPlanTests {
    static let rows: [ProgramPlanRow] = {
        do {
            return try [
                ProgramPlanRow(
                    testDescription: "nothing attached: attach",
                    outcome: .steps(["attach eth1 xdp (auto): program xdp_stub of count.bpf.o"])),
                ProgramPlanRow(
                    testDescription: "there already, of the same object: nothing to do",
                    programs: [.stub()], outcome: .steps([])),
                ProgramPlanRow(
                    testDescription: "of another object, or set otherwise: replace",
                    programs: [.stub(digest: "0123456789abcdef")],
                    outcome: .steps([
                        "replace eth1 xdp: program xdp_stub of count.bpf.o (was xdp_stub 01234567)"
                    ])),
                ProgramPlanRow(
                    testDescription: "another program of this policy is there: replace",
                    programs: [.stub(name: "old", digest: "0123456789abcdef")],
                    outcome: .steps([
                        "replace eth1 xdp: program xdp_stub of count.bpf.o (was old 01234567)"
                    ])),
                ProgramPlanRow(
                    testDescription: "a person attached this one: the policy's from now on",
                    programs: [.stub(digest: "0123456789abcdef", owner: nil)],
                    outcome: .steps([
                        "replace eth1 xdp: program xdp_stub of count.bpf.o (was xdp_stub 01234567)"
                    ])),
                ProgramPlanRow(
                    testDescription: "a person attached another one: error",
                    programs: [.stub(name: "mine", owner: nil)],
                    outcome: .error(
                        "apply policy 'edge': eth1: program 'mine' holds xdp there; detach it, or "
                            + "use --take-over")),
                ProgramPlanRow(
                    testDescription: "another policy's is there: error",
                    programs: [.stub(owner: "other")],
                    outcome: .error(
                        "apply policy 'edge': eth1: policy 'other' holds xdp there; detach it, or "
                            + "use --take-over")),
                ProgramPlanRow(
                    testDescription: "another policy's is there, --take-over: replace",
                    programs: [.stub(digest: "0123456789abcdef", owner: "other")], takeOver: true,
                    outcome: .steps([
                        "replace eth1 xdp: program xdp_stub of count.bpf.o (was xdp_stub 01234567)"
                    ])),
                ProgramPlanRow(
                    testDescription: "there in another mode: error", mode: .xdpdrv,
                    programs: [.stub()],
                    outcome: .error(
                        "attach program xdp_stub: eth1: it is attached in xdpgeneric mode, not xdpdrv; "
                            + "detach it first")),
                ProgramPlanRow(
                    testDescription: "what it was on is gone: attach",
                    programs: [.stub(state: .gone)],
                    outcome: .steps(["attach eth1 xdp (auto): program xdp_stub of count.bpf.o"])),
                ProgramPlanRow(
                    testDescription: "no longer listed, attached by this policy: detach",
                    wantsProgram: false, programs: [.stub()],
                    outcome: .steps(["detach eth1 xdp program xdp_stub: no longer listed"])),
                ProgramPlanRow(
                    testDescription: "no longer listed, but only a part is applied: kept",
                    wantsProgram: false, programs: [.stub()], removesOthers: false,
                    outcome: .steps([])),
                ProgramPlanRow(
                    testDescription: "a person's and other policies' are untouched",
                    wantsProgram: false,
                    programs: [.stub(owner: nil), .stub(owner: "other", index: 4)],
                    outcome: .steps([])),
                ProgramPlanRow(
                    testDescription: "a filter for the same XDP hook: error", wantsFilter: true,
                    outcome: .error(
                        "attach program xdp_stub: eth1: the policy has filter inbound for xdp there, "
                            + "which has room for one program; put one of them on tc-ingress")),
                ProgramPlanRow(
                    testDescription: "netctl's datapath has the XDP hook: error",
                    filters: [.stub(owner: "edge", policy: .stub())],
                    outcome: .error(
                        "attach program xdp_stub: eth1: netctl's own datapath has the xdp hook "
                            + "(EBUSY); 'netctl detach eth1 --hook xdp' first")),
                ProgramPlanRow(
                    testDescription: "a filter where a program has the XDP hook: error",
                    wantsProgram: false, wantsFilter: true, programs: [.stub()],
                    outcome: .error(
                        "attach xdp: eth1: program 'xdp_stub', attached by --program, is there "
                            + "(EBUSY); 'netctl detach eth1 --hook xdp' first")),
            ]
        } catch {
            preconditionFailure("netctl's own object cannot be read: \(error)")
        }
    }()

    @Test("desired × observed", arguments: rows)
    func steps(row: ProgramPlanRow) throws {
        switch row.outcome {
        case .steps(let steps):
            #expect(try row.plan().steps.map(\.description) == steps)
        case .error(let message):
            let error = #expect(throws: DatapathError.self) { try row.plan() }
            #expect(error?.description == message)
        }
    }
}
