internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy
internal import SystemPackage

/// What the kernel holds: attachments of ours, programs of others, and what is wrong.
public struct Observation: Sendable {
    /// By namespace, interface and hook.
    public private(set) var attachments: [Attachment] = []
    /// Programs that users brought and netctl attached.
    public private(set) var programs: [ProgramAttachment] = []
    /// Programs of others on hooks that netctl could use.
    public private(set) var foreign: [ForeignProgram] = []
    /// What is not as it should be.
    public private(set) var problems: [Problem] = []
    /// Why attachments or programs could not be read that are there.
    private var unreadable: [DatapathError] = []
    /// The programs, still on their hooks, of attachments that are half made or half removed.
    private var halves: Set<UInt32> = []
    /// Interfaces that have moved to another namespace.
    private(set) var moves: [Move] = []

    /// Looks. Nothing is changed, and no lock is taken.
    ///
    /// - Throws: ``DatapathError``, with `.unsupported` for want of privileges.
    public static func now() throws(DatapathError) -> Observation {
        try translating {
            let scan = try InterfaceScan()
            var observation = Observation()
            if let root = try PinRoot.existing() {
                for point in try root.points().sorted() {
                    try observation.look(at: point, root.pins(of: point), scan)
                }
                for pins in try root.programs() { try observation.look(at: pins, scan) }
            }
            observation.lookForOthers(scan)
            return observation
        }
    }

    private init() {}

    /// Every attachment. What is planned without one that is there would take its hook for free.
    ///
    /// - Throws: Why one of them cannot be read.
    var allAttachments: [Attachment] {
        get throws {
            try requireReadable()
            return attachments
        }
    }

    /// Every user's program. What is planned without one that is there would leave it where it is.
    ///
    /// - Throws: Why one of them, or an attachment, cannot be read.
    var allPrograms: [ProgramAttachment] {
        get throws {
            try requireReadable()
            return programs
        }
    }

    /// Whether all that is there could be read.
    public var isWhole: Bool { unreadable.isEmpty }

    /// Makes sure that nothing is there that is not among those found: what is looked for by a name might be it.
    ///
    /// - Throws: ``DatapathError``: why an attachment or a program cannot be read.
    public func requireReadable() throws {
        if let refusal = unreadable.first { throw refusal }
    }

    private mutating func look(
        at point: AttachPoint, _ pins: AttachmentPins, _ scan: InterfaceScan
    ) throws {
        guard pins.isComplete else { return note(half: pins, at: point, scan) }
        do {
            let attachment = try Attachment(at: point, pins, scan)
            attachments.append(attachment)
            if attachment.state == .gone { problems.append(attachment.goneProblem(scan)) }
            if let move = try scan.move(of: point, Hold(at: point, pins, scan)) {
                moves.append(move)
                problems.append(move.problem(attachment))
            }
        } catch  where !pins.isComplete {
            // Detached while we looked.
        } catch {
            note(unreadable: point.pinName, error)
        }
    }

    /// A clsact filter outlives a process that is killed while it makes or removes one. It is ours, and
    /// judges packets.
    private mutating func note(
        half pins: AttachmentPins, at point: AttachPoint, _ scan: InterfaceScan
    ) {
        guard let stub = try? Program(pinned: pins.filterDraft).info.id,
            scan.interface(at: point)?.programs(on: point.hook).contains(stub) == true
        else { return }
        halves.insert(stub)
        let record = try? PinnedRecord.read(AttachmentRecord.self, at: pins.attachment)
        problems.append(
            Problem(
                code: "cut-short",
                message: "\(pins.shownName): a command is at work, or was cut short, and program "
                    + "\(stub) is there still",
                hint: record?.interface.map { "netctl detach \($0) --hook \(point.hook)" }))
    }

    private mutating func look(at pins: ProgramPins, _ scan: InterfaceScan) throws {
        guard pins.isComplete else { return }
        do {
            let found = try ProgramAttachment(pins, scan)
            programs.append(found)
            if let problem = found.problem { problems.append(problem) }
        } catch  where !pins.isComplete {
            // Detached while we looked.
        } catch {
            note(unreadable: pins.name, error)
        }
    }

    private mutating func note(unreadable pins: String, _ error: any Error) {
        let refusal = DatapathError(error)
        unreadable.append(refusal)
        problems.append(
            Problem(
                code: "unreadable", message: "\(pins): \(refusal)",
                hint: refusal.isOfReadOnlyPins ? nil : "netctl detach --all"))
    }

    private mutating func lookForOthers(_ scan: InterfaceScan) {
        let ours = halves.union(attachments.map(\.programID) + programs.map(\.programID))
        for (inode, namespace) in scan.namespaces.sorted(by: { $0.key < $1.key }) {
            for interface in namespace.interfaces {
                let location = Location.interface(interface.link.name, netns: namespace.name)
                add(interface.programsOnXDP(besides: ours), .xdp, location, inode)
                for hook in [Hook.tcIngress, .tcEgress] {
                    add(interface.programs(on: hook), hook, location, inode)
                }
            }
        }
        for (cgroup, hook) in CgroupChain.above(attachments) {
            add(CgroupChain.attached(to: cgroup, on: hook), hook, .cgroup(cgroup))
        }

        func add(
            _ programs: [UInt32], _ hook: Hook, _ location: Location, _ namespace: UInt64? = nil
        ) {
            for program in programs where !ours.contains(program) {
                foreign.append(
                    ForeignProgram(
                        hook: hook, location: location, namespace: namespace, programID: program,
                        name: Program.name(id: program)))
            }
        }
    }
}

extension Attachment {
    /// Reads the pins of one attachment. A body may be replaced meanwhile: then it is read again.
    init(at point: AttachPoint, _ pins: AttachmentPins, _ scan: InterfaceScan) throws {
        let record = try PinnedRecord.read(AttachmentRecord.self, at: pins.attachment)
        if let refusal = ABIVersion.refusal(of: record.abi, pins.shownName) { throw refusal }
        var attempts = 0
        while true {
            do {
                let hold = try Hold(at: point, pins, scan)
                let inForce = try BodiesInForce(OpenBodies(pins))
                self.init(point, record, scan, hold, inForce)
                return
            } catch let error as BPFError where error.code == .notFound && attempts < 10 {
                attempts += 1
            }
        }
    }

    private init(
        _ point: AttachPoint, _ record: AttachmentRecord, _ scan: InterfaceScan, _ hold: Hold,
        _ inForce: BodiesInForce
    ) {
        self.point = point
        self.record = record
        let interface = scan.interface(at: point)
        if let namespace = point.namespace {
            // An interface that is gone may have left its index to another one.
            let current = hold.isGone ? nil : interface?.link.name
            location = .interface(
                current ?? record.interface ?? "?", netns: scan.name(of: namespace))
        } else {
            location = .cgroup(record.cgroup ?? "?")
        }
        programID = hold.programID
        linkID = hold.linkID
        if hold.isGone {
            chain = []
        } else if case .cgroup = point.place {
            chain = CgroupChain.effective(in: location.name, on: point.hook)
        } else {
            chain = interface?.programs(on: point.hook) ?? []
        }
        (pause, pending) = (inForce.pause, inForce.pending)
        (policy, slots) = (inForce.policy, inForce.slots)
        state =
            if hold.isGone {
                .gone
            } else if pause?.isOver == false {
                .paused
            } else if pending?.isOver == false {
                .pendingConfirm
            } else {
                .active
            }
    }
}

extension Attachment {
    /// What `status` says of an attachment that filters nothing any more.
    fileprivate func goneProblem(_ scan: InterfaceScan) -> Problem {
        let (what, hint) =
            switch point.place {
            case .cgroup(let id) where Self.cgroup(at: location.name) == id:
                (
                    "somebody has detached its link",
                    "netctl detach --cgroup \(location.name), then attach again"
                )
            case .interface where linkID != nil && scan.interface(at: point) != nil:
                (
                    "somebody has detached its link",
                    "netctl detach \(location.name), then attach again"
                )
            case .cgroup: ("the cgroup is gone", "netctl detach --cgroup \(location.name)")
            case .interface where record.share != nil && scan.interface(at: point) != nil:
                (
                    "the dispatcher has it no more",
                    "netctl detach \(location.name), then attach again"
                )
            case .interface where linkID == nil:
                ("its filter is gone", "netctl detach \(location.name), then attach again")
            case .interface: ("the interface is gone", "netctl detach \(location.name)")
            }
        let owned = record.owner.map { ", or apply policy '\($0)' again" }
        return Problem(
            code: "gone",
            message: "\(name): \(what), the \(point.hook) attachment there filters nothing",
            hint: hint + (owned ?? ""))
    }

    private static func cgroup(at path: String) -> UInt64? {
        try? CgroupMount.current().open(path).cgroup.id
    }
}

extension InterfaceScan.Interface {
    /// The programs of others on the XDP hook, each once: a dispatcher and what is in it, but not one that
    /// is there for our stub alone.
    fileprivate func programsOnXDP(besides ours: Set<UInt32>) -> [UInt32] {
        let own = dispatchers.filter { !$0.members.isEmpty && ours.isSuperset(of: $0.members) }
        let all = Array((link.xdp?.programs ?? [:]).values).sorted() + programs(on: .xdp)
        var seen = Set(own.map(\.programID))
        return all.filter { seen.insert($0).inserted }
    }
}

extension BodyRecord {
    /// The policy, if the body is one's.
    var policy: PolicyRecord? {
        if case .policy(let record) = self { record } else { nil }
    }
}

extension PauseRecord {
    /// Whether its time has come: the policy is in force again although nobody resumed.
    public var isOver: Bool {
        guard let until = untilBootNanoseconds else { return false }
        return BootClock.nanoseconds >= until
    }
}
