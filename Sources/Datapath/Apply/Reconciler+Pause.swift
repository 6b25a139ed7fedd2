internal import NetctlABI

extension Reconciler {
    /// Passes everything, counted with reason `paused`, on attachments; their policies stay behind.
    ///
    /// - Parameters:
    ///   - points: The attachments.
    ///   - duration: When the pause ends by itself, whoever is dead; nil: at `resume`.
    /// - Throws: ``DatapathError``.
    public func pause(
        _ points: [AttachPoint], for duration: Duration?
    ) throws(DatapathError) {
        let until = duration.map { BootClock.nanoseconds + $0.nanoseconds }
        try changeExisting { root in
            for point in points {
                let pins = try root.existingPins(of: point, to: "pause")
                try pause(pins, at: point, until: until, keeping: Journal.bodies(in: root))
            }
        }
    }

    private func pause(
        _ pins: AttachmentPins, at point: AttachPoint, until: UInt64?, keeping kept: Set<UInt32>
    ) throws {
        let record = try PinnedRecord.read(AttachmentRecord.self, at: pins.attachment)
        let bodies = try OpenBodies(pins)
        let id = try HookObject(point, record).loadFront(
            .pause(PauseRecord(untilBootNanoseconds: until)), at: pins)
        if try !bodies.isPaused() {
            try bodies.store(bodies.program(at: NETCTL_BODY_ACTIVE), at: NETCTL_BODY_POLICY)
        }
        try bodies.store(id, at: NETCTL_BODY_ACTIVE)
        try bodies.removeReplaced(except: kept)
    }

    /// Puts the policies behind pauses back in force.
    public func resume(_ points: [AttachPoint]) throws(DatapathError) {
        try changeExisting { root in
            for point in points {
                try OpenBodies(root.existingPins(of: point, to: "resume"))
                    .resume(keeping: Journal.bodies(in: root))
            }
        }
    }
}

extension Duration {
    /// Whole nanoseconds, as BPF programs count time.
    var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000
            + UInt64(components.attoseconds / 1_000_000_000)
    }
}
