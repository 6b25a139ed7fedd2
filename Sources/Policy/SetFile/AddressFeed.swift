package import NetTypes

/// Addresses that are no policy's: words of a command, or a text in the syntax of set files.
package struct AddressFeed {
    /// The addresses, sorted and without duplicates.
    package let addresses: AddressSet
    /// What is wrong with the text; an error means that nothing of it is to be used.
    package let diagnostics: [Diagnostic]

    /// Reads an address, a prefix or a range `a-b`.
    ///
    /// - Throws: ``WordError``.
    package static func prefixes(of word: String) throws(WordError) -> [IPPrefix] {
        do throws(AddressSyntaxError) {
            switch try AddressSyntax.parse(word) {
            case .prefix(let prefix): return [prefix]
            case .range(let range): return range.prefixes
            case .set: preconditionFailure("sets have names, not addresses")
            }
        } catch {
            let (message, hint) = error.explanation(of: word)
            throw WordError(description: message + (hint.map { "; \($0)" } ?? ""))
        }
    }

    /// Why a word is no address.
    package struct WordError: Error, CustomStringConvertible {
        /// In words.
        package let description: String
    }

    /// Reads a text to its end, a piece at a time.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - name: What diagnostics call it.
    ///   - limit: The most prefixes that are of any use.
    package init(_ text: any SetFileText, named name: String, limit: Int) {
        var diagnostics: [Diagnostic] = []
        func report(
            _ severity: Diagnostic.Severity, _ code: String, _ message: String, hint: String? = nil,
            line: Int
        ) {
            diagnostics.append(
                Diagnostic(
                    severity: severity, code: code, message: message, hint: hint,
                    location: SourceLocation(file: name, line: line)))
        }
        do throws(SetFileReader.Failure) {
            var contents = try SetFileReader.read(
                text, limit: limit, byteLimit: PolicyLimits.setFileBytes
            ).contents
            for (severity, problem) in SetFileProblems(path: name, contents: contents).all {
                report(
                    severity, problem.code, problem.message, hint: problem.hint,
                    line: problem.line)
            }
            if contents.isTooLong {
                report(.error, "limit", "it holds more than \(limit) prefixes", line: 0)
            }
            addresses = contents.takeAddresses()
        } catch {
            addresses = AddressSet()
            switch error {
            case .tooLong:
                report(
                    .error, "limit",
                    "it holds more than \(PolicyLimits.setFileBytes >> 20) MiB of text", line: 0)
            case .unreadable(let error): report(.error, "set-file", "\(error)", line: 0)
            }
        }
        self.diagnostics = diagnostics
    }

    /// Whether nothing of it is to be used.
    package var isRefused: Bool { diagnostics.contains { $0.severity == .error } }
}
