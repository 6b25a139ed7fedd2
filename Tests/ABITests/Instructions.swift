import BPFObjects

/// The calls in a compiled BPF object, read from the instructions of its ELF sections.
struct Instructions {
    /// Numbers of the kernel's helpers (`enum bpf_func_id`).
    private(set) var helpers: Set<Int32> = []
    /// Whether a kernel function is called (`BPF_PSEUDO_KFUNC_CALL`).
    private(set) var callsKernelFunctions = false

    private let image: [UInt8]

    /// - Throws: ``Malformed`` when the image is no ELF file for BPF.
    init(_ object: EmbeddedObject) throws {
        image = object.image()
        guard image.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), try number(18, 2) == 247 else {
            throw Malformed()
        }
        let table = try number(40, 8)
        let (size, count) = (try number(58, 2), try number(60, 2))
        for index in 0..<count {
            let header = table + index * size
            let (type, flags) = (try number(header + 4, 4), try number(header + 8, 8))
            // SHT_PROGBITS, SHF_EXECINSTR
            guard type == 1, flags & 4 != 0 else { continue }
            try read(from: try number(header + 24, 8), bytes: try number(header + 32, 8))
        }
    }

    struct Malformed: Error {}

    private mutating func read(from start: Int, bytes: Int) throws {
        var offset = start
        while offset < start + bytes {
            let code = try number(offset, 1)
            if code == 0x85 {  // BPF_JMP | BPF_CALL
                switch try number(offset + 1, 1) >> 4 {
                case 0: helpers.insert(Int32(truncatingIfNeeded: try number(offset + 4, 4)))
                case 2: callsKernelFunctions = true
                default: break
                }
            }
            offset += code == 0x18 ? 16 : 8  // BPF_LD | BPF_DW | BPF_IMM takes two
        }
    }

    /// An integer, little-endian.
    private func number(_ offset: Int, _ bytes: Int) throws -> Int {
        guard offset >= 0, offset + bytes <= image.count else { throw Malformed() }
        return image[offset..<(offset + bytes)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
