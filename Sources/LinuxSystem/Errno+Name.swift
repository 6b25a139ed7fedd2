internal import CLinuxShims
public import SystemPackage

extension Errno {
    /// The C name, `"ENOENT"`; the number where there is none.
    public var symbol: String {
        // A Linux internal error code that has leaked into the UAPI; glibc does not know it.
        if rawValue == 524 { return "ENOTSUPP" }
        guard let name = netctl_errno_name(rawValue) else { return String(rawValue) }
        return String(cString: name)
    }

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
