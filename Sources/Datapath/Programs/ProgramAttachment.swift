internal import BPF
internal import LinuxSystem
internal import Netlink
public import Policy
internal import SystemPackage

/// A user's program that netctl put on a hook, as it was found in the kernel.
public struct ProgramAttachment: Sendable {
    /// What its attach wrote.
    public let record: ProgramRecord
    /// What people call the interface or cgroup now; nil for the kernel's own hooks.
    public let location: Location?
    /// The id of the program on the hook.
    public let programID: UInt32
    /// The id of the link that keeps it there; nil for a clsact filter.
    public let linkID: UInt32?
    /// Whether it does anything: not if the interface or cgroup is gone.
    public let state: Attachment.State
    /// The folder of its pins.
    let folder: String

    /// `eth1 xdp program count`, `kernel tp_btf/sched_process_exec program exec`.
    public var hookName: String { "\(place) \(record.hook) program \(record.name)" }

    /// `eth1`, `cgroup /system.slice`, `process 42 fd 3`, `kernel`.
    public var place: String {
        location.map { $0.cgroup == nil ? $0.name : "cgroup \($0.name)" }
            ?? record.socket.map(\.name) ?? "kernel"
    }

    /// The maps that are pinned beside it, by their names in C, and where.
    public var pinnedMaps: [(name: String, path: String)] {
        record.maps.map { ($0, "\(PinRoot.place)/\(folder)/map-\($0)") }
    }

    /// Netctl's word for the hook, where there is one.
    public var hook: Hook? { Hook(rawValue: record.hook) }
}

extension ProgramAttachment {
    init(_ pins: ProgramPins, _ scan: InterfaceScan) throws {
        folder = pins.name
        programID = try Self.replacement(pins, scan) ?? pins.programInForce()
        record = try pins.readRecord(of: programID)
        let isGone: Bool
        (linkID, isGone) = try Self.hold(pins, record, programID, scan)
        state = isGone ? .gone : .active
        if let cgroup = record.cgroup {
            location = .cgroup(cgroup)
        } else if let namespace = record.namespace, let interface = record.interface {
            let current = record.attachPoint.flatMap { scan.interface(at: $0)?.link.name }
            location = .interface(
                (isGone ? nil : current) ?? interface, netns: scan.name(of: namespace))
        } else {
            location = nil
        }
    }

    /// What keeps the program on its hook.
    private static func hold(
        _ pins: ProgramPins, _ record: ProgramRecord, _ program: UInt32, _ scan: InterfaceScan
    ) throws -> (linkID: UInt32?, isGone: Bool) {
        if let socket = record.socket { return (nil, !socket.isThere) }
        guard pins.isFilter else {
            let link = try Link(pinned: pins.link).info
            return (link.id, link.interfaceIndex == 0 || link.cgroupID == 0)
        }
        return (nil, !runs(program, record, scan))
    }

    /// What a clsact filter runs in place of what its pin says, where a replacement was cut short.
    private static func replacement(_ pins: ProgramPins, _ scan: InterfaceScan) throws -> UInt32? {
        guard pins.isFilter, let coming = pins.comingFilter,
            try runs(coming, pins.readRecord(of: coming), scan)
        else { return nil }
        return coming
    }

    private static func runs(
        _ program: UInt32, _ record: ProgramRecord, _ scan: InterfaceScan
    ) -> Bool {
        let filters = record.attachPoint.flatMap { scan.interface(at: $0)?.filters[$0.hook] } ?? []
        return filters.contains { $0.bpf?.programID == program }
    }

    /// What `status` says of a program that does nothing any more.
    var problem: Problem? {
        guard state == .gone else { return nil }
        return Problem(
            code: "gone",
            message: "\(hookName): what it was attached to is gone",
            hint: "netctl detach --program \(record.name)")
    }
}
