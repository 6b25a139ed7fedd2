/// A field of a tracepoint's record, as the `format` file of tracefs describes it.
public struct TracepointField: Sendable, Equatable {
    /// The declaration in C: `unsigned short protocol`.
    public let declaration: String
    /// The name in it.
    public let name: String
    /// Where it begins, in bytes.
    public let offset: Int
    /// How many bytes it has; of a `__data_loc` those of its place and length.
    public let bytes: Int
    /// Whether it is a number with a sign.
    public let isSigned: Bool

    /// Reads a `format` file: the fields that every record has are left out.
    ///
    ///     field:void * skbaddr;	offset:8;	size:8;	signed:0;
    ///
    /// - Parameter format: The text of the file; lines that are no fields are left out.
    /// - Returns: The fields, in the order of the record.
    public static func fields(format: String) -> [TracepointField] {
        format.split(separator: "\n").compactMap(Self.init(line:))
            .filter { !$0.name.hasPrefix("common_") }
    }

    private init?(line: Substring) {
        var values: [Substring: Substring] = [:]
        for part in line.split(separator: ";") {
            guard let colon = part.firstIndex(of: ":") else { continue }
            let key = part[..<colon].drop { $0.isWhitespace }
            values[key] = part[part.index(after: colon)...]
        }
        guard let declaration = values["field"], let offset = values["offset"].flatMap({ Int($0) }),
            let bytes = values["size"].flatMap({ Int($0) }), let name = Self.name(in: declaration)
        else { return nil }
        self.declaration = String(declaration)
        self.name = name
        self.offset = offset
        self.bytes = bytes
        isSigned = values["signed"] == "1"
    }

    /// The last word, without the brackets of an array.
    private static func name(in declaration: Substring) -> String? {
        let head = declaration.prefix { $0 != "[" }
        let tail = head.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        // `__data_loc char[] name` has its brackets before the name.
        guard declaration.hasPrefix("__data_loc") || declaration.hasPrefix("__rel_loc") else {
            return tail.isEmpty ? nil : String(tail.reversed())
        }
        return declaration.split(separator: " ").last.map(String.init)
    }
}
