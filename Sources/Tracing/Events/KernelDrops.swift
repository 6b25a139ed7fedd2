internal import BPF
internal import BPFObjects
internal import Datapath

/// Has the kernel's tracepoint of dropped packets write events.
struct KernelDrops {
    let reasons: DropReasons
    let showsBenign: Bool

    /// The forms of the tracepoint, the newest first.
    private static let programs = ["kernel_drop_rx", "kernel_drop", "kernel_drop_plain"]

    /// Attaches the form that this kernel takes.
    ///
    /// - Throws: `BPFError` of the last one that was tried.
    func attach(reader: Int, _ maps: EventMaps) throws -> Link {
        var refusal: (any Error)?
        for program in Self.programs {
            do {
                return try attach(program, reader: reader, maps)
            } catch {
                refusal = error
            }
        }
        throw refusal ?? TracingError("watch drops", "kernel", "there is no program for it")
    }

    private func attach(_ program: String, reader: Int, _ maps: EventMaps) throws -> Link {
        var object = try OpenObject(image: BPFObjects.drops.image(), name: "drops")
        try object.loadOnly(programs: [program])
        try object.setGlobal("emits", to: true)
        try object.setGlobal("reader_number", to: UInt32(reader))
        try object.setGlobal("xdp_reason", to: reasons.number(of: "XDP") ?? 0)
        try reasons.complete(in: &object)
        if !showsBenign {
            var hidden = InlineArray<4, UInt64>(repeating: 0)
            for reason in reasons.hidden where reason < 256 {
                hidden[Int(reason / 64)] |= 1 << UInt64(reason % 64)
            }
            try object.setGlobal("hidden_reasons", to: hidden)
        }
        try maps.use(in: &object)
        let loaded = try object.load()
        return try .attachTracing(program: loaded.program(program))
    }
}
