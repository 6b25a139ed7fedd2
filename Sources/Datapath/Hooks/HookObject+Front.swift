internal import BPF

extension HookObject {
    /// A body that stands in front of a policy's for a time.
    enum Front {
        /// Passes everything.
        case pause(PauseRecord)
        /// Has a new policy in force, and past the deadline the old one.
        case pending(PendingRecord)

        fileprivate var role: Role {
            switch self {
            case .pause: .paused
            case .pending: .pending
            }
        }

        /// The constant that says when it ends, ns since boot.
        fileprivate var end: (name: String, value: UInt64) {
            switch self {
            case .pause(let record): ("paused_until", record.untilBootNanoseconds ?? 0)
            case .pending(let record): ("confirm_until", record.untilBootNanoseconds)
            }
        }

        fileprivate var record: BodyRecord {
            switch self {
            case .pause(let record): .pause(record)
            case .pending(let record): .pending(record)
            }
        }
    }

    /// Loads and pins such a body; nothing calls it yet.
    ///
    /// - Returns: Its program's id.
    func loadFront(_ front: Front, at pins: AttachmentPins) throws -> UInt32 {
        var open = try open(front.role, maps: HookMaps.open(pins, on: hook))
        try open.setGlobal(front.end.name, to: front.end.value)
        let program = try open.load().program(self.program(front.role))
        let id = try program.info.id
        Failpoint.pinFront.reach()
        try program.pin(at: pins.body(id))
        Failpoint.pinFrontRecord.reach()
        try PinnedRecord.create(front.record, at: pins.record(id))
        return id
    }
}
