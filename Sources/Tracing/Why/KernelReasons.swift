internal import BPF

/// The running kernel's reasons to drop packets, by number. Since Linux 5.17; the numbers differ between
/// kernels.
struct KernelReasons {
    private var names: [UInt32: String] = [:]

    /// Those of the running kernel; none if it has no type information.
    init() {
        guard let types = try? BTF.kernel(),
            let id = types.find("skb_drop_reason", .enumeration),
            case .enumeration(let reasons)? = types.type(id)
        else { return }
        let prefix = "SKB_DROP_REASON_"
        for reason in reasons.values where reason.name.hasPrefix(prefix) {
            guard let number = UInt32(exactly: reason.value) else { continue }
            names[number] = String(reason.name.dropFirst(prefix.count))
        }
    }

    /// `NEIGH_FAILED`; the number of one that has no name.
    func name(of number: UInt32) -> String { names[number] ?? "\(number)" }
}
