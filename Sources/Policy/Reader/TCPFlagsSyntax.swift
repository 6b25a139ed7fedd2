import NetTypes

/// `syn,!ack`: flags that must be set, and flags that must be clear.
enum TCPFlagsSyntax {
    /// Reads the flags of one element of `tcp-flags`.
    ///
    /// - Parameter text: The text.
    /// - Returns: The flags that must be set and those that must be clear.
    /// - Throws: ``NumberSyntaxError``, whose message says what to write instead.
    static func parse(_ text: String) throws(NumberSyntaxError) -> TCPFlagsTerm {
        var term = TCPFlagsTerm(set: [])
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = String(part).trimmingBlanks
            let isClear = part.hasPrefix("!")
            let name = String(part.dropFirst(isClear ? 1 : 0)).trimmingBlanks
            guard let flag = flag(name) else { throw unknown(name, of: text) }
            if isClear { term.clear.insert(flag) } else { term.set.insert(flag) }
        }
        let both = term.set.intersection(term.clear)
        if let name = TCPFlags.names.first(where: { both.contains($0.flag) })?.name {
            throw error(
                "'\(text.shortened)' never matches: \(name) cannot be both set and clear", nil)
        }
        return term
    }

    private static func flag(_ name: String) -> TCPFlags? {
        // nft's name.
        if name == "ecn" { return .ece }
        return TCPFlags.names.first { $0.name == name }?.flag
    }

    private static func error(_ message: String, _ hint: String?) -> NumberSyntaxError {
        NumberSyntaxError(code: "invalid-tcp-flags", message: message, hint: hint)
    }

    private static func unknown(_ name: String, of text: String) -> NumberSyntaxError {
        let names = TCPFlags.names.map(\.name)
        guard !name.isEmpty else {
            return error(
                "'\(text.shortened)' holds an empty flag",
                "write flags like \"syn,!ack\"")
        }
        let letters = ["f", "s", "r", "p", ".", "u", "e", "w"]
        let hint: String?
        if let index = letters.firstIndex(of: name.lowercased()) {
            hint = "did you mean '\(names[index])'?"
        } else if ["none", "null", "0"].contains(name) {
            hint = "write them all with '!': \"\(names.map { "!\($0)" }.joined(separator: ","))\""
        } else if ["all", "any"].contains(name) {
            hint =
                name == "any"
                ? "leave the key out" : "write them all: \"\(names.joined(separator: ","))\""
        } else if name.contains(where: { "|&/+ ".contains($0) }) {
            hint = "write flags like \"syn,!ack\""
        } else if let first = name.first, "~-^".contains(first),
            flag(String(name.dropFirst())) != nil
        {
            hint = "a flag that must be clear is written \"!\(name.dropFirst())\""
        } else {
            hint =
                Suggestion.hint(for: name, among: names)
                ?? "flags are " + names.joined(separator: ", ")
        }
        return error("unknown TCP flag '\(name.shortened)'", hint)
    }
}

extension Reading {
    /// The elements of `tcp-flags`.
    func tcpFlags(_ value: YAMLValue) -> [TCPFlagsTerm] {
        elements(value, of: "tcp-flags").compactMap { element -> TCPFlagsTerm? in
            guard let text = text(element, of: "TCP flags") else { return nil }
            do throws(NumberSyntaxError) {
                return try TCPFlagsSyntax.parse(text)
            } catch {
                self.error(error.code, error.message, hint: error.hint, at: element)
                return nil
            }
        }
    }
}
