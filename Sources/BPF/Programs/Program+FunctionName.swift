internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

extension Program {
    /// The function's whole name in C, of which ``ProgramInfo/name`` has the first 15 bytes; `nil` if
    /// the program was loaded without type information or the caller lacks `CAP_SYS_ADMIN`.
    public var functionName: String? {
        var info = bpf_prog_info()
        guard (try? kernelInfo(descriptor, into: &info, "inspect", subject)) != nil,
            info.btf_id != 0, info.nr_func_info > 0, info.func_info_rec_size >= 8
        else { return nil }
        // struct bpf_func_info: the first one is the program's own function.
        let size = info.func_info_rec_size
        var record = [UInt8](repeating: 0, count: Int(size))
        let btf = info.btf_id
        let number = descriptor.rawValue
        info = bpf_prog_info()
        info.nr_func_info = 1
        info.func_info_rec_size = size
        let result = record.withUnsafeMutableBytes { bytes in
            info.func_info = UInt64(UInt(bitPattern: bytes.baseAddress))
            var length = UInt32(MemoryLayout<bpf_prog_info>.size)
            return bpf_obj_get_info_by_fd(number, &info, &length)
        }
        let type = record.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
        guard result == 0, let types = try? BTF(id: btf) else { return nil }
        let name = types.name(of: type)
        return name.isEmpty ? nil : name
    }
}
