import ArgumentParser
import Datapath
import Foundation
import PolicyCompiler
import Statistics

struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show packets and bytes by verdict, reason, rule and set.",
        discussion: """
            Counts are exact: the sum over verdicts is what the hook was handed, and so is the sum \
            over reasons. They are kept by rule name when a policy is replaced.

            --by set shows the packets of the rules that name a set. Which set an address is in is \
            not counted: a rule that names several sets counts for each of them, a set of sets is one, \
            and sets under 'not' are left out.

            --by source shows who sends most, from bounded memory: a source sent at least the packets \
            told, and at most so many more as stand behind the +.

            Of programs of yours (attach --program, program: in a policy) the kernel counts and times runs \
            while kernel.bpf_stats_enabled is on. --measure switches that on for a while, and counts what \
            XDP refused (xdp_exception) and, where the kernel lets programs be watched, what was returned; \
            of programs of others on the same hooks, too.
            """)

    /// What to sum up by.
    enum Aspect: String, ExpressibleByArgument, CaseIterable {
        case verdict, rule, reason, set, source
    }

    @OptionGroup var selection: Selection

    @Option(help: "Only one view: verdict, rule, reason, set or source.")
    var by: Aspect?

    @Option(help: "Only so many rules, sets or sources, those with the most packets first.")
    var top: Int?

    @Flag(help: "Print again and again, with rates, until interrupted.")
    var watch = false

    @Option(help: "Seconds between two prints of --watch.")
    var interval: Double = 1

    @Flag(help: "Begin every count at zero again.")
    var reset = false

    @Option(
        help: ArgumentHelp(
            "Watch programs, yours and others', for so long first: 500ms, 5s.",
            valueName: "duration"))
    var measure: Interval?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if interval < 0.1 || interval > 86400 {
            throw ValidationError("--interval takes 0.1 to 86400 seconds.")
        }
        if let top, top < 1 { throw ValidationError("--top takes a number over 0.") }
        if top != nil, by != .rule, by != .set, by != .source {
            throw ValidationError("--top needs --by rule, --by set or --by source.")
        }
        if watch && reset { throw ValidationError("--watch and --reset exclude each other.") }
        if measure != nil && (watch || reset || by != nil) {
            throw ValidationError("--measure excludes --watch, --reset and --by.")
        }
    }

    func run() throws {
        try reporting {
            let (found, programs) = try selected()
            if reset { return try resetCounters(of: found) }
            if by == .source { return try showSources(of: found) }
            let used = try ProgramStatistics.read(programs, watchingFor: measure?.duration)
            let first = try found.map(Statistics.init(reading:))
            try print(first, used, since: nil)
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

    private func selected() throws -> ([Attachment], [CountedProgram]) {
        let observation = try Observation.now()
        let found = try selection.attachments(in: observation)
        // What is summed up, and can be begun anew, is the datapath's.
        var programs: [CountedProgram] = []
        let others = try selection.foreign(in: observation)
        if by == nil && !reset {
            programs = try selection.programs(in: observation).map(CountedProgram.user)
            // Nobody asks for those of others who asks for counters of the datapath.
            if measure != nil { programs += others.map(CountedProgram.foreign) }
        }
        if found.isEmpty && programs.isEmpty {
            try observation.requireReadable()
            let hint = others.first.map {
                "; --measure 5s watches '\($0.shownName)' of somebody else there"
            }
            let message = try selection.nothing(in: observation) + (hint ?? "")
            // What was named has to be there; "all" may be none.
            guard !selection.isNamed else {
                Terminal.error(message)
                throw ExitStatus.failed
            }
            if global.output == .text { global.say(message) }
        }
        return (found, programs)
    }

    private func keepPrinting(_ first: [Statistics]) throws {
        var before = first
        while true {
            Thread.sleep(forTimeInterval: interval)
            let (found, programs) = try selected()
            let now = try found.map(Statistics.init(reading:))
            let used = try ProgramStatistics.read(programs, watchingFor: nil)
            try clear()
            try print(now, used, since: before)
            before = now
        }
    }

    /// Prints who sends most.
    private func showSources(of found: [Attachment]) throws {
        var found = found
        var before: [SourcesReport.Part]?
        while true {
            let parts = try found.map { attachment in
                SourcesReport.Part(attachment: attachment, talkers: try attachment.readTalkers())
            }
            try print(
                SourcesReport(
                    parts: parts, before: before, seconds: interval, top: top ?? Self.sources))
            guard watch else { return }
            before = parts
            Thread.sleep(forTimeInterval: interval)
            (found, _) = try selected()
            try clear()
        }
    }

    /// How many sources are shown when nobody says how many.
    private static let sources = 20

    private func print(_ report: SourcesReport) throws {
        try global.write(
            report.document, text: Terminal.showsResults ? report.tables : report.facts)
    }

    /// Begins at the top of the terminal again.
    private func clear() throws {
        if Terminal.showsResults && global.output == .text {
            try Terminal.result("\u{1B}[H\u{1B}[2J" + Date().formatted(.iso8601))
        }
    }

    private func print(
        _ statistics: [Statistics], _ programs: [ProgramStatistics], since before: [Statistics]?
    ) throws {
        let used = ProgramStatsReport(programs)
        let report = StatsReport(statistics, since: before, seconds: interval, only: by, top: top)
        try global.write(
            StatsDocument(statistics, programs),
            text: Terminal.showsResults
                ? report.tables + used.tables : report.facts + used.facts)
    }
}
