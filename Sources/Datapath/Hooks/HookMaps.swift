internal import BPF
internal import Policy
internal import SystemPackage

/// The maps that all programs of one attachment share, whatever its policy is.
final class HookMaps {
    /// Packets and bytes by slot.
    let counters: Map
    /// The program array through which the stub calls the body in force.
    let bodies: Map
    /// What looks at addresses; nil on the hook for devices, whose requests have none.
    let addresses: AddressMaps?

    private init(_ counters: consuming Map, _ bodies: consuming Map, _ addresses: AddressMaps?) {
        self.counters = counters
        self.bodies = bodies
        self.addresses = addresses
    }

    /// Maps that belong to no attachment, with a block list of their own.
    static func detached(on hook: Hook, blockEntries: UInt32 = 1 << 10) throws -> HookMaps {
        try create(with: hook.hasAddresses ? BlockMaps.create(capacity: blockEntries) : nil)
    }

    /// Makes those of a new attachment, with the block list that all attachments share.
    static func create(on hook: Hook, in root: PinRoot) throws -> HookMaps {
        try create(with: hook.hasAddresses ? BlockPins(in: root.path).openOrCreate() : nil)
    }

    private static func create(with block: BlockMaps?) throws -> HookMaps {
        let counters = try Counters.create()
        let bodies = try Bodies.create()
        guard let block else { return HookMaps(counters, bodies, nil) }
        let talkers = try Talkers.create()
        return HookMaps(counters, bodies, AddressMaps(talkers: talkers, block: block))
    }

    /// Opens those of an attachment.
    static func open(_ pins: AttachmentPins, on hook: Hook) throws -> HookMaps {
        let counters = try Map(pinned: pins.counters)
        let bodies = try Map(pinned: pins.bodies)
        guard hook.hasAddresses else { return HookMaps(counters, bodies, nil) }
        let block = try BlockPins(in: pins.folder.removingLastComponent()).open()
        let talkers = try Map(pinned: pins.talkers)
        return HookMaps(counters, bodies, AddressMaps(talkers: talkers, block: block))
    }

    /// Pins what belongs to one attachment.
    func pin(at pins: AttachmentPins) throws {
        Failpoint.pinMaps.reach()
        try counters.pin(at: pins.counters)
        try bodies.pin(at: pins.bodies)
        try addresses?.talkers.pin(at: pins.talkers)
    }
}

/// The maps of programs that look at addresses.
final class AddressMaps {
    /// Their names in C.
    static let names = ["talkers", "block_guard", "block_list"]

    /// The sources of one attachment.
    let talkers: Map
    /// The block list.
    let block: BlockMaps

    init(talkers: consuming Map, block: BlockMaps) {
        self.talkers = talkers
        self.block = block
    }

    /// Has an object use them.
    func reuse(in object: inout OpenObject) throws {
        try object.reuse(map: "talkers", talkers.descriptor)
        try object.reuse(map: "block_guard", block.guardian.descriptor)
        try object.reuse(map: "block_list", block.list.descriptor)
    }
}

extension Hook {
    /// Whether what it judges has addresses.
    var hasAddresses: Bool { self != .cgroupDevice }

    /// Whether packets leave there, so that the block list is asked about their destinations.
    var blocksDestinations: Bool { self == .tcEgress || self == .cgroupEgress }
}
