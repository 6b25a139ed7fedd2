internal import BPF
internal import Foundation
internal import LinuxSystem
internal import NetctlABI
internal import Policy
internal import SystemPackage

/// A user's program on its way to a hook: loaded and pinned beside the one that is there, if any.
struct PreparedProgram {
    let pins: ProgramPins
    /// The program's id.
    let id: UInt32
    /// The program that it is to take the place of.
    let old: UInt32?

    /// Loads and pins; nothing is attached.
    ///
    /// - Parameters:
    ///   - user: The program.
    ///   - target: Where it is wanted.
    ///   - owner: The policy whose `attach:` asks for it.
    ///   - present: What is there, and still does something.
    ///   - root: The folder of all pins.
    /// - Throws: `BPFError`; ``DatapathError``.
    init(
        _ user: UserProgram, for target: ProgramTarget, owner: Name?,
        replacing present: ProgramAttachment?, in root: PinRoot
    ) throws {
        let pins = ProgramPins(folder: root.path.appending(target.point.pinName))
        if present == nil {
            try pins.removeAll()
            Failpoint.makeProgramFolder.reach()
            try Directory.make(pins.folder.string, mode: 0o700)
        }
        let loaded = try user.load(for: target, pins)
        let id = try loaded.program.info.id
        var index: Int32?
        if case .interface(_, let number) = target.interface?.point.place { index = number }
        let record = ProgramRecord(
            abi: ABIVersion.current, name: user.program.name, section: user.program.section,
            type: user.program.type.rawValue,
            attachType: (target.cgroup?.type ?? user.program.attachType).rawValue, file: user.file,
            digest: user.digest, hook: target.hook,
            interface: target.interface?.location.interface,
            namespace: target.interface?.point.namespace, index: index,
            cgroup: target.cgroup?.path, socket: target.socket,
            mode: present?.record.mode ?? target.interface?.mode,
            maps: loaded.maps, attachedAt: Date(), owner: owner?.text)
        Failpoint.pinProgramRecord.reach()
        try PinnedRecord.create(record, at: pins.record(id))
        Failpoint.pinProgramMaps.reach()
        try loaded.pinMaps(in: pins)
        try loaded.pinArrays(of: id, in: pins)
        Failpoint.pinProgram.reach()
        try loaded.program.pin(at: pins.program(id))
        self.pins = pins
        self.id = id
        old = present?.programID
    }
}
