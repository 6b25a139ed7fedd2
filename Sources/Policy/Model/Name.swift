/// The name of a policy, a set, a filter or a rule: `[a-z0-9][a-z0-9-]{0,31}`, not `default`.
public struct Name: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text of the name.
    public let text: String

    /// Makes a name.
    ///
    /// - Parameter text: The text.
    /// - Throws: ``NameError``.
    public init(_ text: String) throws(NameError) {
        guard let first = text.utf8.first else { throw .empty }
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        guard text.utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else {
            throw .invalidCharacter
        }
        guard Self.isAlphanumeric(first) else { throw .invalidStart }
        guard text != "default" else { throw .reserved }
        self.text = text
    }

    /// The longest name, in bytes.
    public static let maximumLength = 32

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default: return false
        }
    }

    /// Orders by text.
    public static func < (left: Name, right: Name) -> Bool { left.text < right.text }

    /// The text of the name.
    public var description: String { text }
}

/// Why a text is not a ``Name``.
public enum NameError: Error, Hashable, Sendable {
    /// Nothing at all.
    case empty
    /// More than 32 bytes.
    case tooLong
    /// Something else than a-z, 0-9 and `-`.
    case invalidCharacter
    /// A `-` at the start.
    case invalidStart
    /// `default`, which means a filter's own verdict wherever a rule's name could stand.
    case reserved
}
