import ArgumentParser
import Tracing

/// `netctl probe check`.
struct ProbeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Try what can be watched here, and say what is used instead.",
        discussion: """
            Each kind of hook is tried with a program of its own, that does nothing: it is loaded, \
            attached, and gone at once. What loads does not always attach.

              ok          loaded and attached
              no-attach   the kernel loaded it and refused to attach it
              no-load     the kernel refused to load it

            With -v the whole error of each refusal. Needs root.
            """)

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let check = try ProbeCheck()
            try global.write(
                ProbeCheckDocument(check),
                text: Terminal.showsResults ? table(check) : check.results.flatMap(fact))
        }
    }

    private func table(_ check: ProbeCheck) -> [String] {
        var table = TextTable(["PROBE", "RESULT", "WHY", "USED FOR", "OTHERWISE"])
        for result in check.results {
            table.add([
                result.probe, result.outcome.rawValue, result.errno ?? result.detail ?? "",
                result.use, result.outcome == .ok ? "" : result.instead,
            ])
        }
        let reasons = check.results.compactMap { result in
            result.reason.map { "\(result.probe): \($0)" }
        }
        return table.lines() + (global.verbose && !reasons.isEmpty ? [""] + reasons : [])
    }

    private func fact(_ result: ProbeCheck.Result) -> [String] {
        var fact = "probe \(result.probe) result \(result.outcome.rawValue)"
        if let errno = result.errno { fact += " errno \(errno)" }
        if let detail = result.detail { fact += " detail \(detail)" }
        if result.outcome != .ok { fact += " instead \(result.instead)" }
        guard global.verbose, let reason = result.reason else { return [fact] }
        return [fact] + reason.split(separator: "\n").map { "  \($0)" }
    }
}
