import Datapath
import Foundation
import Statistics

/// Statistics of programs that are not the datapath's as text: tables for people, one fact a line for everything else.
struct ProgramStatsReport {
    private let programs: [ProgramStatistics]

    init(_ programs: [ProgramStatistics]) { self.programs = programs }

    /// What a program answered, or what XDP did not do for all that.
    private static func answers(
        _ statistics: ProgramStatistics
    ) -> [(kind: String, name: String, count: UInt64)] {
        guard let use = statistics.use else { return [] }
        return (use.returns ?? []).map { ("return", statistics.name(of: $0.code), $0.count) }
            + (use.exceptions ?? []).map { ("exception", statistics.name(of: $0.code), $0.count) }
    }

    /// For people.
    var tables: [String] {
        programs.flatMap { statistics in
            var table = TextTable(["", "", "COUNT", "ns EACH"])
            if let use = statistics.use {
                table.add([
                    "runs", String(format: "in %.1f s", use.seconds), "\(use.runs)",
                    Self.mean(use.nanoseconds, use.runs),
                ])
            } else {
                table.add([
                    "runs", "while statistics were on", "\(statistics.runs)",
                    Self.mean(statistics.nanoseconds, statistics.runs),
                ])
            }
            for answer in Self.answers(statistics) {
                table.add([answer.kind, answer.name, "\(answer.count)", ""])
            }
            let why = statistics.use?.whyNoReturns.map { ["  returns are not known: \($0)"] } ?? []
            return [statistics.program.title] + table.lines(indent: 2) + why
        }
    }

    /// `program eth1 netns - hook xdp name count runs 10 run_time_ns 1234`
    var facts: [String] {
        programs.flatMap { statistics in
            let head = statistics.program.fact
            let runs = statistics.use?.runs ?? statistics.runs
            let nanoseconds = statistics.use?.nanoseconds ?? statistics.nanoseconds
            return ["\(head) runs \(runs) run_time_ns \(nanoseconds)"]
                + Self.answers(statistics).map {
                    "\(head) \($0.kind) \($0.name) count \($0.count)"
                }
        }
    }

    private static func mean(_ nanoseconds: UInt64, _ runs: UInt64) -> String {
        runs == 0 ? "-" : String(format: "%.0f", Double(nanoseconds) / Double(runs))
    }
}

extension CountedProgram {
    /// `eth1 xdp program count of count.bpf.o`
    fileprivate var title: String {
        switch self {
        case .user(let found): return "\(found.hookName) of \(found.record.file)"
        case .foreign(let found):
            let place = found.location.cgroup.map { "cgroup \($0)" } ?? found.location.name
            return "\(place) \(found.hook) program \(found.shownName) of somebody else"
        }
    }

    /// `program eth1 netns - hook xdp name count`
    fileprivate var fact: String {
        switch self {
        case .user(let found):
            "program \(found.location?.fact ?? found.place) hook \(found.record.hook) "
                + "name \(found.record.name)"
        case .foreign(let found):
            "foreign \(found.location.fact) hook \(found.hook) program \(found.programID) "
                + "name \(found.name ?? "-")"
        }
    }
}

extension ForeignProgram {
    /// Its name, or its id.
    var shownName: String { name ?? "\(programID)" }
}
