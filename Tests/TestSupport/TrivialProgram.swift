internal import CLinuxShims
internal import LinuxSystem
internal import SystemPackage

/// Instructions of a program in a test (`struct bpf_insn`).
enum TrivialProgram {
    private static let exit: UInt64 = 0x95

    private static func answer(_ verdict: Int32) -> [UInt64] {
        // BPF_MOV64_IMM(R0, verdict)
        [0xb7 | immediate(verdict), exit]
    }

    private static func immediate(_ value: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: value)) << 32
    }

    /// `return verdict`
    static func returning(_ verdict: Int32) -> [UInt64] { answer(verdict) }

    /// `return skb->len == length ? matching : other`
    static func returning(
        _ matching: Int32, forLength length: Int32, other: Int32
    ) -> [UInt64] {
        // r2 = *(u32 *)(r1 + 0); if (r2 != length) goto +2
        [0x1261, 0x0002_0255 | immediate(length)] + answer(matching) + answer(other)
    }
}

/// Loads a program of a type, given as instructions (`struct bpf_insn`).
func loadProgram(
    type: UInt32, _ instructions: [UInt64], name: String
) throws -> OwnedDescriptor {
    let license = Array("GPL".utf8CString)
    let answer = instructions.withUnsafeBytes { instructions in
        license.withUnsafeBytes { license in
            // union bpf_attr for BPF_PROG_LOAD, up to prog_name.
            var attributes = [UInt8](repeating: 0, count: 72)
            func put<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
                withUnsafeBytes(of: value) {
                    attributes.replaceSubrange(offset..<offset + $0.count, with: $0)
                }
            }
            put(type, at: 0)
            put(UInt32(instructions.count / 8), at: 4)  // insn_cnt: bytes of eight
            put(UInt(bitPattern: instructions.baseAddress), at: 8)
            put(UInt(bitPattern: license.baseAddress), at: 16)
            attributes.replaceSubrange(
                48..<48 + min(15, name.utf8.count), with: name.utf8.prefix(15))
            return netctl_bpf(5, attributes, 72)
        }
    }
    guard answer >= 0 else {
        throw SystemError(
            attempt: "load program", subject: name, errno: Errno(rawValue: -answer))
    }
    return OwnedDescriptor(owning: answer)
}
