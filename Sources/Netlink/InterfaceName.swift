internal import LinuxSystem
internal import SystemPackage

/// A name that a network interface can have: 1 to 15 bytes without `/`, `:` or blanks, and
/// neither `.` nor `..` (`dev_valid_name` in `net/core/dev.c`).
public struct InterfaceName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let rawValue: String

    /// A valid name.
    ///
    /// - Throws: ``NetlinkError`` with `EINVAL` that says what is wrong with `name`.
    public init(_ name: String) throws(NetlinkError) {
        if let problem = InterfaceName.problem(in: name, limit: 15) {
            throw NetlinkError(
                attempt: "name interface", subject: "'\(name)'", errno: .invalidArgument,
                reason: problem)
        }
        rawValue = name
    }

    /// The name.
    public var description: String { rawValue }

    /// Why an interface cannot have this name, of at most `limit` bytes; nil if it can.
    static func problem(in name: String, limit: Int) -> String? {
        if name.isEmpty { return "an interface name is empty" }
        if name == "." || name == ".." { return "no interface can have this name" }
        if name.utf8.count > limit { return "an interface name has at most \(limit) bytes" }
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"): return "an interface name has no '/' or ':'"
            case 0x20, 0x09...0x0d, 0: return "an interface name has no blanks"
            default: continue
            }
        }
        return nil
    }
}
