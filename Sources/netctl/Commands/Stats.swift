import ArgumentParser
import Datapath
import Foundation
import PolicyCompiler
import Statistics

struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show packets and bytes by verdict, reason and rule.",
        discussion: """
            Counts are exact: the sum over verdicts is what the hook was handed, and so is the sum \
            over reasons. They are kept by rule name when a policy is replaced.
            """)

    /// What to sum up by.
    enum Aspect: String, ExpressibleByArgument, CaseIterable {
        case verdict, rule, reason
    }

    @OptionGroup var selection: Selection

    @Option(help: "Only one view: verdict, rule or reason.")
    var by: Aspect?

    @Flag(help: "Print again and again, with rates, until interrupted.")
    var watch = false

    @Option(help: "Seconds between two prints of --watch.")
    var interval: Double = 1

    @Flag(help: "Begin every count at zero again.")
    var reset = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if interval < 0.1 || interval > 86400 {
            throw ValidationError("--interval takes 0.1 to 86400 seconds.")
        }
        if watch && reset { throw ValidationError("--watch and --reset exclude each other.") }
    }

    func run() throws {
        try reporting {
            let found = try selected()
            if reset { return try resetCounters(of: found) }
            let first = try found.map(Statistics.init(reading:))
            try print(first, since: nil)
            if watch { try keepPrinting(first) }
        }
    }

    private struct ResetDocument: Encodable {
        let version = 1
        let reset: [String]
    }

    private func resetCounters(of attachments: [Attachment]) throws {
        try attachments.forEach { try $0.resetCounters() }
        let names = attachments.map(\.hookName)
        try global.write(ResetDocument(reset: names), text: [])
        guard global.output == .text else { return }
        names.forEach { global.say("reset the counters of \($0)") }
    }

    private func selected() throws -> [Attachment] {
        let observation = try Observation.now()
        let found = try selection.attachments(in: observation)
        if found.isEmpty {
            let message = selection.nothing(in: observation)
            // What was named has to be there; "all" may be none.
            guard !selection.isNamed else {
                Terminal.error(message)
                throw ExitStatus.failed
            }
            if global.output == .text { global.say(message) }
        }
        return found
    }

    private func keepPrinting(_ first: [Statistics]) throws {
        var before = first
        while true {
            Thread.sleep(forTimeInterval: interval)
            let now = try selected().map(Statistics.init(reading:))
            if Terminal.showsResults && global.output == .text {
                Terminal.result("\u{1B}[H\u{1B}[2J" + Date().formatted(.iso8601))
            }
            try print(now, since: before)
            before = now
        }
    }

    private func print(_ statistics: [Statistics], since before: [Statistics]?) throws {
        let report = StatsReport(statistics, since: before, seconds: interval, only: by)
        try global.write(
            StatsDocument(statistics),
            text: Terminal.showsResults ? report.tables : report.facts)
    }
}
