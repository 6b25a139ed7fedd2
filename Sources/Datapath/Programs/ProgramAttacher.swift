internal import BPF
internal import Foundation
internal import LinuxSystem
internal import NetctlABI
internal import Policy
internal import SystemPackage

/// Puts a user's program on its hook and pins it there, or replaces the one of this name that netctl
/// had put there.
struct ProgramAttacher {
    let user: UserProgram
    let target: ProgramTarget
    let pins: ProgramPins
    /// The policy whose `attach:` asks for it.
    let owner: Name?

    /// Attaches where nothing of this name is.
    ///
    /// - Returns: The mode on an interface's hook.
    func attach() throws -> AttachMode? {
        if !(try pins.names()).isEmpty { try pins.removeAll() }
        try Directory.make(pins.folder.string, mode: 0o700)
        do {
            let loaded = try user.load(for: target, pins)
            return try attach(loaded)
        } catch {
            try? pins.removeAll()
            throw error
        }
    }

    /// The link is pinned last: the attachment exists when it does.
    private func attach(_ loaded: borrowing LoadedUserProgram) throws -> AttachMode? {
        if let interface = target.interface, case .interface(_, let index) = interface.point.place {
            return try AttachTarget.open(interface.netns).perform {
                if interface.point.hook == .xdp {
                    let attacher = XDPAttacher(interface, index: index, explains: false)
                    return try keep(attacher.attach(loaded.program), loaded)
                }
                let attacher = TCXAttacher(target: interface, index: index)
                if let link = try attacher.attach(loaded.program) { return try keep(link, loaded) }
                return try attachClsact(loaded)
            }
        }
        if let (path, type) = target.cgroup {
            let cgroup = try CgroupMount.current().open(path)
            let link = try Link.attachCgroup(
                program: loaded.program, cgroup: cgroup.descriptor, type: type)
            return try keep(AttachedLink(link: link, mode: nil), loaded)
        }
        let links = try KernelAttacher(user: user).attach(loaded.program)
        try write(mode: nil)
        try loaded.pinMaps(in: pins)
        for (number, held) in links.enumerated().reversed() {
            try held.link.pin(at: pins.link(number))
        }
        return nil
    }

    private func keep(
        _ attached: consuming AttachedLink, _ loaded: borrowing LoadedUserProgram
    ) throws -> AttachMode? {
        let mode = attached.mode
        try write(mode: mode)
        try loaded.pinMaps(in: pins)
        try attached.link.pin(at: pins.link)
        return mode
    }

    /// The filter outlives whoever makes it, so the pins that know of it come first.
    private func attachClsact(_ loaded: borrowing LoadedUserProgram) throws -> AttachMode? {
        try write(mode: .tc(.clsact))
        try loaded.pinMaps(in: pins)
        try loaded.program.pin(at: pins.filter)
        try pins.clsactHook?.attach(loaded.program)
        return .tc(.clsact)
    }

    // MARK: Replacing

    /// Replaces the program that is attached, without a packet in between that meets none. What cannot
    /// be replaced, in the kernel's own hooks, is attached a second time before the first goes.
    ///
    /// - Parameter present: The attachment.
    /// - Returns: The mode, which stays.
    /// - Throws: `BPFError`; ``DatapathError``.
    func replace(_ present: ProgramRecord) throws -> AttachMode? {
        let loaded = try user.load(for: target, pins)
        if target.point.place == .kernel {
            let links = try KernelAttacher(user: user).attach(loaded.program)
            for (number, held) in links.enumerated() {
                try held.link.pin(at: draft(number))
                try Directory.rename(draft(number).string, to: pins.link(number).string)
            }
        } else if (try? FileIdentity(path: pins.filter.string)) != nil {
            try replaceFilter(with: loaded)
        } else {
            try Link(pinned: pins.link).update(program: loaded.program)
        }
        try loaded.pinMaps(in: pins)
        try write(mode: present.mode)
        return present.mode
    }

    private func draft(_ number: Int) -> FilePath { pins.folder.appending("new-\(number)") }

    private func replaceFilter(with loaded: borrowing LoadedUserProgram) throws {
        let old = try Program(pinned: pins.filter).info.id
        try loaded.program.pin(at: draft(0))
        try pins.clsactHook?.replace(old, with: loaded.program)
        try Directory.rename(draft(0).string, to: pins.filter.string)
    }

    private func write(mode: AttachMode?) throws {
        let point = target.interface?.point
        var index: Int32?
        if case .interface(_, let number) = point?.place { index = number }
        let record = ProgramRecord(
            abi: NETCTL_ABI_VERSION, name: user.program.name, section: user.program.section,
            file: user.file, hook: target.hook, interface: target.interface?.location.interface,
            namespace: point?.namespace, index: index, cgroup: target.cgroup?.path, mode: mode,
            attachedAt: Date(), owner: owner?.text)
        let path = pins.folder.appending("new-record")
        try? Directory.unlink(path.string)
        try PinnedRecord.create(record, at: path)
        try Directory.rename(path.string, to: pins.record.string)
    }
}
