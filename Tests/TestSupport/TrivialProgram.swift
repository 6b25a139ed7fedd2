internal import CLinuxShims
internal import LinuxSystem
internal import SystemPackage

/// Loads a program of a type, `r0 = verdict; exit`.
func loadTrivialProgram(
    type: UInt32, returning verdict: Int32, name: String
) throws -> OwnedDescriptor {
    // struct bpf_insn: BPF_MOV64_IMM(R0, verdict); BPF_EXIT_INSN().
    try loadProgram(
        type: type, [0xb7 | UInt64(UInt32(bitPattern: verdict)) << 32, 0x95], name: name)
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
