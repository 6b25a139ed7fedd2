internal import BPF

/// The kernel's names for why it sends a reset. They move between kernels, so the kernel is asked.
public struct ResetReasons: Sendable {
    private let names: [UInt32: String]

    /// Reads them from the kernel's types; there are none before Linux 6.10.
    public init() {
        var names: [UInt32: String] = [:]
        if let types = try? BTF.kernel(), let id = types.find("sk_rst_reason", .enumeration),
            case .enumeration(let reasons)? = types.type(id)
        {
            for reason in reasons.values {
                names[UInt32(truncatingIfNeeded: reason.value)] = String(
                    reason.name.trimmingPrefix("SK_RST_REASON_"))
            }
        }
        self.names = names
    }

    /// The name of a reason, `NO_SOCKET`; `nil` if there is none.
    public func name(_ reason: UInt32) -> String? { names[reason] }
}
