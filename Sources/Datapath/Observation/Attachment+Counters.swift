internal import BPF

extension Attachment {
    /// The counts of every slot, in slot order; see `abi.h` for what a slot is.
    ///
    /// Read in place while programs count: each number is exact, one may be newer than another.
    ///
    /// - Throws: ``DatapathError``, also when it was detached meanwhile.
    public func readCounters() throws(DatapathError) -> [Count] {
        try translating {
            try Counters(pinned: pins().counters, access: .readOnly).totals
        }
    }

    /// Begins every count at zero again. Packets that are counted meanwhile are kept.
    ///
    /// - Throws: ``DatapathError``, also when it was detached meanwhile.
    public func resetCounters() throws(DatapathError) {
        try translating {
            try Counters(pinned: pins().counters, access: .readWrite).reset()
            try resetTalkers()
        }
    }

    func pins() throws -> AttachmentPins {
        guard let root = try PinRoot.existing() else {
            throw DatapathError("read counters", name, "it was detached")
        }
        return root.pins(of: point)
    }
}
