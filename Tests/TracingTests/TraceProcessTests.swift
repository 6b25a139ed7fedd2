import Glibc
import TestSupport
import Testing

@testable import Tracing

/// Traces of processes that the test itself runs.
@Suite(.requiresRoot, .serialized) struct TraceProcessTests {
    /// What a trace has seen while `body` ran, until `isDone` says so.
    private func trace(
        _ options: TraceSession.Options = .init(), _ body: () throws -> Void,
        until isDone: ([TracedProcess]) -> Bool
    ) throws -> [TracedProcess] {
        let session = try TraceSession(.exec, options: options)
        try body()
        var seen: [TracedProcess] = []
        let deadline = ContinuousClock.now + .seconds(20)
        while !isDone(seen), ContinuousClock.now < deadline {
            try session.wait(milliseconds: 50)
            try session.drain { event in
                if case .process(let process) = event { seen.append(process) }
            }
        }
        #expect(try session.lost == 0)
        return seen
    }

    @Test func `200 programs that live for a moment`() throws {
        let mark = "netctl-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        var options = TraceSession.Options()
        options.arguments = true
        let seen = try trace(options) {
            try runChecked([
                "sh", "-c", "for i in $(seq 200); do /bin/true \(mark) $i; done; exit 0",
            ])
        } until: { seen in
            let pids = Set(seen.filter { $0.hasArgument(mark) }.map(\.process.pid))
            return seen.count { $0.isExit && pids.contains($0.process.pid) } >= 200
        }
        let runs = seen.filter { $0.hasArgument(mark) }
        #expect(
            Set(runs.compactMap { $0.words.last }) == Set((1...200).map(String.init)))
        #expect(runs.count == 200)
        #expect(Set(runs.map(\.process.comm)) == ["true"])
        #expect(Set(runs.map(\.parent)).count == 1)
        #expect(Set(runs.map(\.process.uid)) == [getuid()])
        let ends = seen.filter {
            $0.isExit && Set(runs.map(\.process.pid)).contains($0.process.pid)
        }
        #expect(ends.count == 200)
        #expect(ends.allSatisfy { $0.change == .exit(.code(0)) })
    }

    @Test func `how programs end`() throws {
        let seen = try trace {
            _ = try? runChecked(["sh", "-c", "exit 3"])
            _ = try? runChecked(["sh", "-c", "kill -9 $$"])
        } until: { seen in
            seen.contains { $0.change == .exit(.code(3)) }
                && seen.contains { $0.change == .exit(.signal(9, dumped: false)) }
        }
        #expect(seen.contains { $0.change == .exit(.code(3)) && $0.process.comm == "sh" })
        #expect(
            seen.contains {
                $0.change == .exit(.signal(9, dumped: false)) && $0.process.comm == "sh"
            })
    }

    @Test func `arguments are read only when asked for, and are cut`() throws {
        let long = String(repeating: "x", count: 5000)
        let without = try trace {
            try runChecked(["/bin/true", long])
        } until: { seen in
            seen.contains { $0.process.comm == "true" }
        }
        #expect(without.allSatisfy { $0.words.isEmpty })

        var options = TraceSession.Options()
        options.arguments = true
        let seen = try trace(options) {
            try runChecked(["/bin/true", "a b", "", "\u{1B}[31m\n", long])
        } until: { seen in
            seen.contains { $0.words.contains("a b") }
        }
        let run = try #require(seen.first { $0.words.contains("a b") })
        #expect(Array(run.words.prefix(4)) == ["/bin/true", "a b", "", "\u{1B}[31m\n"])
        guard case .exec("/bin/true", let arguments?) = run.change else {
            Issue.record("\(run)")
            return
        }
        // "/bin/true", "a b", "", the colour and the long one, each with its zero, less 2048.
        #expect(arguments.missingBytes == 10 + 4 + 1 + 7 + 5001 - 2048)
        let report = try #require(TraceReporter().report(.process(run)))
        #expect(!report.text.contains("\u{1B}") && !report.text.contains("\n"))
        #expect(report.text.contains("/bin/true 'a b' '' '\\x1b[31m\\n' xxx"))
    }

    @Test func `a tree of processes`() throws {
        var options = TraceSession.Options()
        options.forks = true
        let reporter = TraceReporter(tree: true)
        var lines: [String] = []
        let seen = try trace(options) {
            try runChecked(["sh", "-c", "(sh -c '/bin/true; /bin/true') ; true"])
        } until: { seen in
            seen.count { $0.process.comm == "true" && $0.isExit } >= 2
        }
        for process in seen {
            if let report = reporter.report(.process(process)) { lines.append(report.text) }
        }
        let runs = lines.compactMap { $0.split(separator: " exec ", maxSplits: 1).last }
        #expect(runs.contains { $0.hasPrefix("  sh[") })
        #expect(runs.count { $0.hasPrefix("    true[") } == 2)
    }
}

extension TracedProcess {
    fileprivate var isExit: Bool {
        if case .exit = change { true } else { false }
    }

    fileprivate var words: [String] {
        if case .exec(_, let arguments) = change { arguments?.words ?? [] } else { [] }
    }

    fileprivate func hasArgument(_ word: String) -> Bool { words.contains(word) }
}
