internal import CLibbpf
internal import LinuxSystem

/// What the kernel tells about a program: `struct bpf_prog_info`.
public struct ProgramInfo: Hashable, Sendable {
    /// The kernel's number, unique until the program is gone.
    public let id: UInt32
    /// The type.
    public let type: ProgramType
    /// The first 15 bytes of the function's name.
    public let name: String
    /// The hash of the instructions, 16 hexadecimal digits.
    public let tag: String
    /// When the program was loaded, in nanoseconds since boot.
    public let loadTimeNanoseconds: UInt64
    /// The user who loaded it.
    public let userID: UInt32
    /// The maps that it uses, without order.
    public let mapIDs: [UInt32]
    /// The interface that it is bound to; 0 for none.
    public let interfaceIndex: UInt32
    /// Whether it runs as machine code.
    public var isJITCompiled: Bool { machineBytes > 0 }
    /// How many bytes of machine code there are.
    public let machineBytes: UInt32
    /// How many bytes the instructions have, as the verifier left them.
    public let translatedBytes: UInt32
    /// Whether its licence is compatible with the GPL.
    public let isGPLCompatible: Bool
    /// How many instructions the verifier looked at; 0 before Linux 5.16.
    public let verifiedInstructions: UInt32
    /// How often the program was entered while a ``RunStatistics`` lived; what it tail-calls counts
    /// as its own. 0 before Linux 5.1.
    public let runCount: UInt64
    /// How long those runs took together.
    public let runNanoseconds: UInt64

    init(
        _ descriptor: borrowing OwnedDescriptor, subject: String
    ) throws(BPFError) {
        var info = bpf_prog_info()
        try kernelInfo(descriptor, into: &info, "inspect", subject)

        var maps = [UInt32](repeating: 0, count: Int(info.nr_map_ids))
        if !maps.isEmpty {
            let capacity = info.nr_map_ids
            let number = descriptor.rawValue
            info = bpf_prog_info()
            let result = maps.withUnsafeMutableBufferPointer { buffer in
                info.nr_map_ids = capacity
                info.map_ids = UInt64(UInt(bitPattern: buffer.baseAddress))
                var size = UInt32(MemoryLayout<bpf_prog_info>.size)
                return bpf_obj_get_info_by_fd(number, &info, &size)
            }
            try check(result, "inspect", subject)
        }
        id = info.id
        type = ProgramType(rawValue: info.type)
        name = kernelName(info.name)
        tag = withUnsafeBytes(of: info.tag) { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        loadTimeNanoseconds = info.load_time
        userID = info.created_by_uid
        mapIDs = Array(maps.prefix(Int(info.nr_map_ids)))
        interfaceIndex = info.ifindex
        machineBytes = info.jited_prog_len
        translatedBytes = info.xlated_prog_len
        isGPLCompatible = info.gpl_compatible == 1
        verifiedInstructions = info.verified_insns
        runCount = info.run_cnt
        runNanoseconds = info.run_time_ns
    }
}
