internal import BPF
internal import NetctlABI
internal import SystemPackage

/// Where this kernel has the few members that programs on hooks look at without its BTF. All 0 when it
/// has none: then sockets are not looked up, and who asks for a device is not known.
struct KernelOffsets {
    private let value: netctl_guard

    /// Those of a kernel.
    ///
    /// - Parameter btf: The file of its types.
    init(btf: FilePath) {
        guard let types = try? KernelTypes(path: btf) else {
            value = netctl_guard()
            return
        }
        func offset(_ member: String, _ type: String) -> UInt32 {
            types.offset(of: member, in: type).map { UInt32($0) } ?? 0
        }
        var value = netctl_guard()
        // struct sock begins with struct sock_common.
        value.cookie_offset = offset("skc_cookie", "sock_common")
        value.task_tgid_offset = offset("tgid", "task_struct")
        value.task_comm_offset = offset("comm", "task_struct")
        value.task_cred_offset = offset("cred", "task_struct")
        value.cred_uid_offset = offset("uid", "cred")
        self.value = value
    }

    /// Those that a reader has written before.
    init(_ value: netctl_guard) { self.value = value }

    func guardValue(bits: UInt32) -> netctl_guard {
        var value = value
        value.bits = bits
        return value
    }
}
