internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

extension Program {
    /// The machine code that the program runs as, all of its functions one behind the other.
    ///
    /// Needs `CAP_SYS_ADMIN`; without it, or where the kernel hides addresses, there is none.
    ///
    /// - Throws: ``BPFError`` with `.system`, `EPERM` where the kernel does not show it.
    public borrowing func machineCode() throws(BPFError) -> [UInt8] {
        let length = try info.machineBytes
        var code = [UInt8](repeating: 0, count: Int(length))
        let number = descriptor.rawValue
        var info = bpf_prog_info()
        info.jited_prog_len = length
        let result = code.withUnsafeMutableBytes { bytes in
            info.jited_prog_insns = UInt64(UInt(bitPattern: bytes.baseAddress))
            var size = UInt32(MemoryLayout<bpf_prog_info>.size)
            return bpf_obj_get_info_by_fd(number, &info, &size)
        }
        try check(result, "read machine code of", subject)
        guard info.jited_prog_insns != 0, length > 0 else {
            throw .system(
                "read machine code of", subject, .notPermitted,
                reason: "the kernel does not show it, or there is none")
        }
        return code
    }
}
