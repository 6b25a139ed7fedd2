import ArgumentParser
import Datapath
import Foundation
import Policy
import Statistics

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show attachments, programs of others on the same hooks, and problems.",
        discussion: """
            Mode and policy are what the kernel holds, not what was asked for. With --verbose also \
            the tables of each attachment: what looks values up, with entries and bytes; and where the maps \
            of programs of yours are pinned.
            """)

    @Flag(help: "Exit 1 when there is a problem.")
    var check = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let observation = try Observation.now()
            try global.write(
                StatusDocument(observation),
                text: (Terminal.showsResults ? tables(observation) : facts(observation))
                    + (global.verbose ? memory(observation) : []))
            if observation.attachments.isEmpty && observation.programs.isEmpty
                && observation.isWhole && global.output == .text
            {
                global.say("nothing is attached")
            }
            if check && !observation.problems.isEmpty { throw ExitStatus.failed }
        }
    }

    private func tables(_ observation: Observation) -> [String] {
        var ours = TextTable([
            "PLACE", "NETNS", "HOOK", "MODE", "STATE", "POLICY", "FILTER", "DIGEST", "PROGRAM",
            "LINK", "SINCE",
        ])
        for found in observation.attachments {
            ours.add([
                found.location.name, found.location.netns ?? "-", "\(found.point.hook)",
                (found.record.mode?.rawValue ?? "-")
                    + (found.record.share.map { ", shared \($0.priority)" } ?? ""),
                found.state.rawValue,
                found.policy?.policy ?? "-", found.policy?.filter ?? "-",
                String(found.policy?.digest.prefix(8) ?? "-"), "\(found.programID)",
                found.linkID.map(String.init) ?? "-",
                found.record.attachedAt.formatted(.iso8601),
            ])
        }
        var others = TextTable(["FOREIGN", "NETNS", "HOOK", "PROGRAM", "NAME"])
        for found in observation.foreign {
            others.add([
                found.location.name, found.location.netns ?? "-", "\(found.hook)",
                "\(found.programID)", found.name ?? "-",
            ])
        }
        var programs = TextTable([
            "PLACE", "NETNS", "HOOK", "MODE", "STATE", "NAME", "FILE", "PROGRAM", "LINK", "SINCE",
        ])
        for found in observation.programs {
            programs.add([
                found.place, found.location?.netns ?? "-", found.record.hook,
                found.record.mode?.rawValue ?? "-", found.state.rawValue, found.record.name,
                found.record.file, "\(found.programID)", found.linkID.map(String.init) ?? "-",
                found.record.attachedAt.formatted(.iso8601),
            ])
        }
        let shown = [ours, programs, others].filter { !$0.isEmpty }.map { $0.lines() }
        return Array(shown.joined(separator: [""]))
            + observation.problems.map { "problem: " + text($0) }
    }

    private func facts(_ observation: Observation) -> [String] {
        observation.attachments.map { found in
            "attachment \(found.location.fact) hook \(found.point.hook) "
                + "mode \(found.record.mode?.rawValue ?? "-") state \(found.state.rawValue) "
                + "policy \(found.policy?.policy ?? "-") filter \(found.policy?.filter ?? "-") "
                + "digest \(found.policy?.digest ?? "-") program \(found.programID) "
                + "link \(found.linkID.map(String.init) ?? "-") "
                + "since \(found.record.attachedAt.formatted(.iso8601))"
                + (found.record.share.map { " priority \($0.priority)" } ?? "")
        }
            + observation.programs.map { found in
                "program \(found.location?.fact ?? found.place) hook \(found.record.hook) "
                    + "mode \(found.record.mode?.rawValue ?? "-") state \(found.state.rawValue) "
                    + "name \(found.record.name) file \(found.record.file) "
                    + "program \(found.programID) link \(found.linkID.map(String.init) ?? "-") "
                    + "since \(found.record.attachedAt.formatted(.iso8601))"
            }
            + observation.foreign.map { found in
                "foreign \(found.location.fact) hook \(found.hook) "
                    + "program \(found.programID) name \(found.name ?? "-")"
            } + observation.problems.map { "problem \($0.code) \(text($0))" }
    }

    private func memory(_ observation: Observation) -> [String] {
        observation.attachments.flatMap { found in
            TableLines.lines(
                found.policy?.tables ?? [], of: "\(found.location.name) \(found.point.hook)")
        }
            + observation.programs.flatMap { found in
                found.pinnedMaps.map { "\(found.hookName): map \($0.name) at \($0.path)" }
            }
    }

    private func text(_ problem: Problem) -> String {
        problem.message + (problem.hint.map { "; \($0)" } ?? "")
    }
}
