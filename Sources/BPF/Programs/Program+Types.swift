internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

extension Program {
    /// The program's type information; `nil` if it was loaded without. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Throws: ``BPFError`` with `.system` or `.object`.
    public borrowing func types() throws(BPFError) -> BTF? {
        var info = bpf_prog_info()
        try kernelInfo(descriptor, into: &info, "inspect", subject)
        return info.btf_id == 0 ? nil : try BTF(id: info.btf_id)
    }
}
