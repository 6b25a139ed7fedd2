internal import LinuxSystem
internal import SystemPackage

extension Errno {
    /// The kernel's internal `ENOTSUPP` (524), which leaks out of bpf(2); not `ENOTSUP`.
    static let kernelNotSupported = Errno(rawValue: 524)
}

extension BPFError {
    /// A failed call, with the error numbers that mislead said in words.
    static func system(
        _ attempt: String, _ subject: String, _ errno: Errno, reason: String? = nil,
        hint: String? = nil
    ) -> BPFError {
        switch errno {
        case _ where reason != nil:
            break
        case .notPermitted:
            guard let lacking = Capabilities.lacking else { break }
            return BPFError(
                .system, attempt, subject, "needs \(lacking)", errno: errno,
                hint: hint ?? "run as root")
        case .kernelNotSupported:
            return BPFError(
                .system, attempt, subject, "this kernel cannot do that", errno: errno, hint: hint)
        default:
            break
        }
        return BPFError(
            .system, attempt, subject, reason ?? errno.sentence, errno: errno, hint: hint)
    }
}

/// Throws if a call of libbpf has answered `-errno`.
@discardableResult
func check(
    _ result: Int32, _ attempt: @autoclosure () -> String, _ subject: @autoclosure () -> String
) throws(BPFError) -> Int32 {
    guard result >= 0 else {
        throw .system(attempt(), subject(), Errno(rawValue: -result))
    }
    return result
}
