/// The name of an interface, or a shell pattern such as `veth*`.
public struct InterfacePattern: Hashable, Sendable, CustomStringConvertible {
    /// The text as written.
    public let text: String

    /// Makes a pattern; nil when no interface could have such a name.
    ///
    /// Linux (`dev_valid_name`) allows 1 to 15 bytes without `/`, `:` and white space, except
    /// `.` and `..`. A pattern may be longer, as it holds `*`, `?` or `[`.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), text != ".", text != ".." else { return nil }
        let isClean = bytes.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":")
        }
        guard isClean, Self.holdsWildcard(text) || bytes.count <= 15 else { return nil }
        self.text = text
    }

    /// Whether this is one name, which beats any pattern.
    public var isExact: Bool { !Self.holdsWildcard(text) }

    private static func holdsWildcard(_ text: String) -> Bool {
        text.utf8.contains {
            $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[")
        }
    }

    /// Whether the interface `name` is meant.
    public func matches(_ name: String) -> Bool {
        isExact ? name == text : ShellPattern(text).matches(name)
    }

    /// The text as written.
    public var description: String { text }
}
