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
    let counters: Map
    let bodies: Map
    private let stub: Program

    /// Makes the maps and loads the stub; nothing is attached.
    init(_ target: AttachTarget, in root: PinRoot) throws {
        let pins = try root.createPins(of: target.point)
        let counters = try Counters.create()
        let bodies = try Bodies.create()
        let object = try HookObject.loadable(
            on: target.point.hook, counters: counters, bodies: bodies)
        let stub = try object.loadStub(counters, bodies)
        try counters.pin(at: pins.counters)
        try bodies.pin(at: pins.bodies)
        self.target = target
        self.pins = pins
        self.counters = counters
        self.bodies = bodies
        self.object = object
        self.stub = stub
    }

    /// Puts the stub on the interface. What its program array holds is in force from here on.
    ///
    /// - Parameter owner: The policy whose `attach:` asks for it.
    /// - Returns: The mode, chosen if `auto` was asked for.
    /// - Throws: ``DatapathError`` when the hook is taken or the driver refuses.
    func attach(owner: Name?) throws -> XDPMode {
        let namespace = try AttachTarget.open(target.netns)
        let attached = try namespace.perform { try XDPAttacher(target).attach(stub) }
        let record = AttachmentRecord(
            abi: NETCTL_ABI_VERSION, interface: target.interface, mode: attached.mode,
            multiBuffer: object.multiBuffer, attachedAt: Date(), owner: owner?.text)
        try PinnedRecord.create(record, at: pins.attachment)
        try attached.link.pin(at: pins.link)
        return attached.mode
    }
}
