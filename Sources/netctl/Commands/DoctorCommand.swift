import ArgumentParser
import Foundation
import Programs
import Tracing

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Show what this kernel and machine can do, what is missing and how to get it.",
        discussion: """
            Types of programs and maps, and ways to attach, are tried: loaded, attached where nothing \
            happens, and removed. Interfaces are only asked: trying native XDP would interrupt them.

            Without --verbose, types that work and that netctl does not need are left out of the text. \
            Exit 4 when packets cannot be filtered here.
            """)

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let works: Bool
        let findings: [Finding]
    }

    func run() throws {
        try reporting {
            var examination = Examination()
            if let check = try? ProbeCheck() { examination.add(check.results.map(Finding.init)) }
            let shown = examination.findings.filter { $0.isWorthShowing || global.verbose }
            try global.write(
                Document(works: examination.works, findings: examination.findings),
                text: Terminal.showsResults ? table(shown) : shown.map(\.fact))
            guard examination.works else {
                Terminal.error(
                    "examine this machine: netctl cannot filter packets here; see 'missing'")
                throw ExitStatus.unsupported
            }
            if global.output == .text { global.say("netctl can filter packets here") }
        }
    }

    private func table(_ findings: [Finding]) -> [String] {
        var table = TextTable(["", "WHAT", "NAME", "FOUND"])
        for finding in findings {
            table.add([
                finding.state == .note ? "" : finding.state.rawValue, finding.group, finding.name,
                finding.text,
            ])
        }
        return table.lines()
    }
}

extension Finding {
    /// What was tried for tracing and sockets.
    init(_ result: ProbeCheck.Result) {
        let works = result.outcome == .ok
        self.init(
            "attach", result.probe, works ? .ok : result.use == "nothing yet" ? .note : .missing,
            works ? (result.detail ?? "works") : result.reason ?? result.outcome.rawValue,
            cost: "for '\(result.use)' stands '\(result.instead)'",
            remedy: "a newer kernel, or one configured with it")
    }

    /// Whether it is worth a line where all that works is not.
    var isWorthShowing: Bool {
        switch group {
        case "program type", "map type", "attach": state == .missing
        default: true
        }
    }

    /// What was found, what it costs and what to do.
    var text: String {
        value + (cost.map { "; without it: \($0)" } ?? "") + (remedy.map { "; \($0)" } ?? "")
    }

    /// On one line.
    var fact: String { "\(state.rawValue) \(group) '\(name)': \(text)" }
}
