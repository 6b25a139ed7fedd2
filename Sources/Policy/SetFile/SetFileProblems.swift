/// The diagnostics of one set file.
struct SetFileProblems {
    let path: String
    let contents: SetFileContents

    /// Reports each malformed line, up to a number, and host bits once.
    func report(to reading: Reading) {
        for line in contents.malformed {
            reading.report(
                .error, "set-file-line", line.message, hint: line.hint, at: location(line.line))
        }
        let omitted = contents.malformedCount - contents.malformed.count
        let isCut = contents.malformedCount >= PolicyLimits.malformedLinesCounted
        if omitted > 0, let last = contents.malformed.last {
            reading.report(
                .error, "set-file-line",
                "and \(isCut ? "at least " : "")\(omitted) more malformed"
                    + " \(omitted == 1 ? "line" : "lines")",
                at: location(last.line))
        }
        if let first = contents.firstHostBits {
            let count = contents.hostBitsCount
            reading.report(
                .warning, "host-bits",
                "\(count) \(count == 1 ? "prefix has" : "prefixes have") host bits set,"
                    + " the first is \(first.text.shortened)",
                hint: "read as \(first.corrected)", at: location(first.line))
        }
        reportDoubt(to: reading)
    }

    /// Warns of a line that means more than it seems to.
    private func reportDoubt(to reading: Reading) {
        guard let doubt = contents.firstDoubt else { return }
        reading.report(
            .warning, "mapped-ipv4", doubt.message, hint: doubt.hint, at: location(doubt.line))
    }

    private func location(_ line: Int) -> SourceLocation { SourceLocation(file: path, line: line) }
}
