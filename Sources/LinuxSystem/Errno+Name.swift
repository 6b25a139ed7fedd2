internal import CLinuxShims
public import SystemPackage

extension Errno {
    /// The C name, `"ENOENT"`; nil for what is no error number of Linux.
    public var name: String? {
        // A Linux internal error code that has leaked into the UAPI; glibc does not know it.
        if rawValue == 524 { return "ENOTSUPP" }
        return netctl_errno_name(rawValue).map { String(cString: $0) }
    }

    /// The C name; the number where there is none.
    public var symbol: String { name ?? String(rawValue) }

    /// What the error means, in lower case: `"no such file or directory"`.
    public var sentence: String {
        if rawValue == 524 { return "operation not supported" }
        let text = description
        // "RFS specific error" and its like keep their capitals.
        guard let first = text.first, text.dropFirst().first?.isUppercase != true else {
            return text
        }
        return first.lowercased() + text.dropFirst()
    }
}
