internal import BPF
internal import Foundation
internal import LinuxSystem
internal import NetctlABI
internal import Policy
internal import SystemPackage

/// A stub on its way to an interface: everything is pinned but the link, which comes last.
final class PreparedAttachment {
    let target: AttachTarget
    let pins: AttachmentPins
    let object: HookObject
    let maps: HookMaps
    /// Why the mode that the kernel chose is not the better one; nil when it is, or none was chosen.
    private(set) var reasonForMode: String?
    private let stub: Program
    /// The policy whose `attach:` had asked for an attachment that comes back.
    private let formerOwner: Name?
    /// Whether it had gone with the last apply and comes back.
    private let isRevival: Bool

    /// Makes the maps and loads the stub; nothing is attached.
    init(_ target: AttachTarget, in root: PinRoot) throws {
        let pins = try root.createPins(of: target.point)
        let hook = target.point.hook
        let maps = try HookMaps.create(on: hook, in: root)
        let object: HookObject
        if let type = try target.dispatcherType() {
            // Tried beside: a program array is for programs like the first one that used it.
            let alone = try HookObject.loadable(on: hook, maps: HookMaps.create(on: hook, in: root))
            object = HookObject(
                hook: hook, multiBuffer: alone.multiBuffer, dispatcherType: type)
        } else {
            object = try HookObject.loadable(on: hook, ethernet: target.ethernet, maps: maps)
        }
        let stub = try object.load(.stub, maps)
        if hook.hasAddresses {
            // The array keeps it: it is never replaced.
            try ProgramArray(maps.bodies.duplicate())
                .set(
                    NETCTL_BODY_BLOCK.rawValue,
                    object.loadBlock(
                        maps, events: BodyEvents(of: target.point, in: root)))
        }
        try maps.pin(at: pins)
        self.target = target
        self.pins = pins
        self.maps = maps
        self.object = object
        self.stub = stub
        formerOwner = nil
        isRevival = false
    }

    /// Loads a stub for an attachment that was removed and whose pins were kept, its bodies in force
    /// behind it; nothing is attached, and the pins stay where they are.
    init(reviving folder: String, in root: PinRoot) throws {
        guard let point = AttachPoint(pinName: folder) else {
            preconditionFailure("only folders of attachments are kept")
        }
        let kept = root.retiredPins(of: folder)
        let record = try PinnedRecord.read(AttachmentRecord.self, at: kept.attachment)
        let object = HookObject(point, record)
        maps = try HookMaps.open(kept, on: point.hook)
        stub = try object.load(.stub, maps)
        target = AttachTarget(reviving: record, at: point)
        pins = root.pins(named: folder)
        self.object = object
        formerOwner = record.owner.flatMap { try? Name($0) }
        isRevival = true
    }

    /// Gives an attachment that comes back its pins, and puts its stub on its hook.
    func attachAgain(in root: PinRoot) throws {
        try root.revive(target.point.pinName)
        _ = try attach(owner: formerOwner)
    }

    /// Puts the stub on its hook. What its program array holds is in force from here on.
    ///
    /// - Parameter owner: The policy whose `attach:` asks for it.
    /// - Returns: The mode, chosen if none was insisted on; nil on a cgroup.
    /// - Throws: ``DatapathError`` when the hook is taken or the kernel refuses.
    func attach(owner: Name?) throws -> AttachMode? {
        switch target.point.place {
        case .cgroup(let id): return try keep(CgroupAttacher(target, id: id).attach(stub), owner)
        case .interface(_, let index):
            return try target.openNamespace().perform {
                if let share = target.share { return try attach(sharing: share, owner) }
                if target.point.hook == .xdp {
                    return try keep(XDPAttacher(target, index: index).attach(stub), owner)
                }
                if let link = try TCXAttacher(target: target, index: index).attach(stub) {
                    return try keep(link, owner)
                }
                return try attachClsact(owner)
            }
        }
    }

    /// The filter outlives whoever makes it, so the pins that know of it come first.
    private func attachClsact(_ owner: Name?) throws -> AttachMode? {
        try writeRecord(.tc(.clsact), owner)
        Failpoint.pinFilter.reach()
        try stub.pin(at: pins.filterDraft)
        do {
            try pins.clsactHook?.attach(stub)
            Failpoint.settleFilter.reach()
            try Directory.rename(pins.filterDraft.string, to: pins.filter.string)
        } catch {
            giveUp()
            throw error
        }
        return .tc(.clsact)
    }

    /// What comes first is the pin of a stub that is not the one in the dispatcher: cut short, the next
    /// command knows that there may be one.
    private func attach(sharing share: XDPShare, _ owner: Name?) throws -> AttachMode? {
        guard let hook = pins.dispatcherHook else { return nil }
        try stub.pin(at: pins.filterDraft)
        do {
            let joined = try hook.attach(target, share, object, maps)
            try writeRecord(joined.mode, owner)
            Failpoint.pinFilter.reach()
            try joined.stub.pin(at: pins.filter)
            Failpoint.settleFilter.reach()
            try Directory.unlink(pins.filterDraft.string)
            reasonForMode = joined.reason
            return joined.mode
        } catch {
            giveUp()
            throw error
        }
    }

    /// Removes what an attach that failed has made. What was to come back is still to be gone back to: the journal
    /// puts it away again.
    private func giveUp() {
        if !isRevival { try? pins.removeAll() }
    }

    /// Pins a link: from here on the attachment needs no process.
    private func keep(_ attached: consuming AttachedLink, _ owner: Name?) throws -> AttachMode? {
        try writeRecord(attached.mode, owner)
        Failpoint.pinLink.reach()
        try attached.link.pin(at: pins.link)
        reasonForMode = attached.reason
        return attached.mode
    }

    private func writeRecord(_ mode: AttachMode?, _ owner: Name?) throws {
        let record = AttachmentRecord(
            abi: ABIVersion.current, interface: target.location.interface,
            cgroup: target.location.cgroup, mode: mode, share: target.share,
            dispatcherType: object.dispatcherType?.rawValue, multiBuffer: object.multiBuffer,
            ethernet: target.ethernet, attachedAt: Date(), owner: owner?.text)
        Failpoint.writeAttachment.reach()
        try PinnedRecord.replace(record, at: pins.attachment)
    }
}

extension AttachTarget {
    /// What the dispatcher that is to be joined was loaded for; nil for a hook that is not shared.
    fileprivate func dispatcherType() throws -> AttachType? {
        guard share != nil, case .interface(_, let index) = point.place else { return nil }
        return try openNamespace().perform {
            // One that is yet to come is loaded for no hook in particular.
            try XDPPlace(index).dispatchers.first?.attachType ?? AttachType(rawValue: 0)
        }
    }
}
