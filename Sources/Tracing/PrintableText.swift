extension String {
    /// The text on one line and without what a terminal would obey: names of processes, arguments
    /// and symbols are anybody's.
    ///
    /// Control characters, what turns the direction of text, and the backslash itself are written as
    /// `\n`, `\t`, `\\`, `\u{1b}`.
    public var printable: String {
        guard unicodeScalars.contains(where: Self.needsEscape) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\\": text += "\\\\"
            case _ where Self.needsEscape(scalar):
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
            .privateUse:
            true
        default: scalar == "\\"
        }
    }
}
