internal import SystemPackage

extension Journal {
    /// A user's program that takes the place of another one, or comes, or goes.
    struct ProgramSwap: Codable {
        /// The attachment's folder of pins.
        let folder: String
        /// The program that was there; nil for none.
        let old: UInt32?
        /// The program that comes; nil for none.
        let new: UInt32?
        /// Whether it had gone with the last apply and comes back.
        var isRevival = false

        private func pins(in root: PinRoot) -> ProgramPins {
            ProgramPins(folder: root.path.appending(folder))
        }

        /// Puts the new program on its hook. What goes, goes when all else is in force.
        ///
        /// - Returns: Why it has not the better mode.
        func make(in root: PinRoot) throws -> String? {
            if isRevival { try root.revive(folder) }
            guard let new else { return nil }
            Failpoint.putProgram.reach()
            return try pins(in: root).put(new).reason
        }

        /// Puts the old program back, or removes the new one. What it was attached to may be gone
        /// meanwhile: then nothing has to be undone.
        ///
        /// - Throws: Why it could not be.
        func undo(in root: PinRoot) throws {
            guard new != nil else { return }
            let pins = pins(in: root)
            guard !isRevival else { return try root.retireProgram(folder) }
            guard let old else { return try pins.removeAll() }
            guard pins.isComplete else { return }
            try pins.settle()
            guard try ProgramAttachment(pins, InterfaceScan()).state != .gone else { return }
            Failpoint.putProgramBack.reach()
            try pins.put(old)
        }
    }

    /// The programs that the apply under way or the last one is about: to come, or to go back to.
    ///
    /// - Throws: Why that cannot be read: what is not named would be removed.
    static func programs(in root: PinRoot) throws -> Set<UInt32> {
        let journals = try [current(in: root), last(in: root)]
        let swaps = journals.flatMap { $0?.programs ?? [] }
        return Set(swaps.flatMap { [$0.old, $0.new].compactMap { $0 } })
    }
}
