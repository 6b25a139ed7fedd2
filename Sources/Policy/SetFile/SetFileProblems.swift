/// The diagnostics of one set file.
struct SetFileProblems {
    let path: String
    let contents: SetFileContents

    /// Something wrong with a line.
    struct Problem {
        let code: String
        let line: Int
        let message: String
        let hint: String?
    }

    /// Reports them all.
    func report(to reading: Reading) {
        for (severity, problem) in all {
            reading.report(
                severity, problem.code, problem.message, hint: problem.hint,
                at: SourceLocation(file: path, line: problem.line))
        }
    }

    /// Each malformed line, up to a number, then what is doubtful, once each.
    var all: [(Diagnostic.Severity, Problem)] {
        malformed.map { (.error, $0) }
            + [hostBits, doubt].compactMap(\.self).map { (.warning, $0) }
    }

    private var malformed: [Problem] {
        var problems = contents.malformed.map { line in
            Problem(
                code: "set-file-line", line: line.line, message: line.message, hint: line.hint)
        }
        let omitted = contents.malformedCount - contents.malformed.count
        let isCut = contents.malformedCount >= PolicyLimits.malformedLinesCounted
        if omitted > 0, let last = contents.malformed.last {
            problems.append(
                Problem(
                    code: "set-file-line", line: last.line,
                    message: "and \(isCut ? "at least " : "")\(omitted) more malformed"
                        + " \(omitted == 1 ? "line" : "lines")", hint: nil))
        }
        return problems
    }

    private var hostBits: Problem? {
        contents.firstHostBits.map { first in
            let count = contents.hostBitsCount
            return Problem(
                code: "host-bits", line: first.line,
                message: "\(count) \(count == 1 ? "prefix has" : "prefixes have") host bits set,"
                    + " the first is \(first.text.shortened)",
                hint: "read as \(first.corrected)")
        }
    }

    /// A line that means more than it seems to.
    private var doubt: Problem? {
        contents.firstDoubt.map { doubt in
            Problem(
                code: "mapped-ipv4", line: doubt.line, message: doubt.message, hint: doubt.hint)
        }
    }
}
