import ArgumentParser
import BPF
import Foundation
import Programs

struct Prog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prog",
        abstract: "Look at BPF programs, anybody's: list, show, dump.",
        discussion: """
            A program is named by its id, by its function's name, or by the path of its pin.

            Examples:
              netctl prog list
              netctl prog list --measure 5s          # how often each runs, and how long a run takes
              netctl prog show xdp_stub
              netctl prog dump 71 --xlated           # instructions, with source lines
            """,
        subcommands: [List.self, Show.self, Dump.self])

    /// Everything about several programs.
    struct Document: Encodable {
        let version = 1
        let programs: [ProgramReport]
    }

    struct MeasureOption: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Switch kernel.bpf_stats on for so long, and show what ran: 500ms, 5s.",
                valueName: "duration"))
        var measure: Interval?
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List all programs of the kernel.")

        @OptionGroup var options: MeasureOption
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let all = try ProgramReport.read(nil, measuringFor: options.measure?.duration)
                try global.write(
                    Document(programs: all),
                    text: Terminal.showsResults ? table(all) : all.map(\.fact))
            }
        }

        private func table(_ programs: [ProgramReport]) -> [String] {
            let measured = options.measure != nil
            var table = TextTable(
                ["ID", "TYPE", "NAME", "TAG", "MAPS", "LINKS", "LOADED", "RUNS"]
                    + (measured ? ["RUNS/s", "ns/RUN"] : []))
            for program in programs {
                table.add(
                    [
                        "\(program.id)", program.type, program.name, program.tag,
                        program.mapIDs.listed, program.linkIDs.listed,
                        program.loadedAt.formatted(.iso8601), "\(program.runCount)",
                    ] + (program.measured.map { [$0.perSecond, $0.mean] } ?? []))
            }
            return table.lines()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one program.")

        @OptionGroup var program: KernelProgram
        @OptionGroup var options: MeasureOption
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let found = try ProgramReport.read(
                    program.reference, measuringFor: options.measure?.duration)
                try global.write(Document(programs: found), text: found.flatMap(\.lines))
            }
        }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dump",
            abstract: "Disassemble a program (by bpftool).",
            discussion: "Source lines are shown where the program carries them (clang -g).")

        @OptionGroup var program: KernelProgram
        @Flag(help: "The instructions as the verifier left them; this is what is shown by itself.")
        var xlated = false

        @Flag(help: "The machine code.")
        var jited = false

        @Flag(help: "Basic blocks and the ways between them, for Graphviz (dot).")
        var cfg = false

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if [xlated, jited, cfg].count(where: { $0 }) > 1 {
                throw ValidationError("--xlated, --jited and --cfg exclude each other.")
            }
        }

        private struct Document: Encodable {
            let version = 1
            let program: String
            let form: String
            let lines: [String]
        }

        func run() throws {
            try reporting {
                let form: Disassembly.Form = jited ? .machine : cfg ? .graph : .translated
                let text = try Disassembly.text(program.reference, form)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map(String.init)
                try global.write(
                    Document(program: program.program, form: form.rawValue, lines: lines),
                    text: lines.last == "" ? lines.dropLast() : lines)
            }
        }
    }
}

extension ProgramReport {
    /// On one line.
    var fact: String {
        "program \(id) type \(type) name \(name) tag \(tag) maps \(mapIDs.listed) "
            + "links \(linkIDs.listed) loaded \(loadedAt.formatted(.iso8601)) uid \(userID) "
            + "runs \(runCount) run_time_ns \(runNanoseconds)"
            + (measured.map { " runs_per_second \($0.perSecond) ns_per_run \($0.mean)" } ?? "")
    }

    /// One fact a line.
    var lines: [String] {
        [
            "program \(id) type \(type) name \(name)",
            "tag \(tag)",
            "loaded \(loadedAt.formatted(.iso8601)) by uid \(userID)",
            "licence \(isGPLCompatible ? "compatible with the GPL" : "not compatible with the GPL")",
            "instructions \(translatedBytes / 8) verified \(verifiedInstructions)",
            "machine code \(machineBytes) bytes",
            "maps \(mapIDs.listed)",
            "links \(linkIDs.listed)",
            "runs \(runCount) run_time_ns \(runNanoseconds)"
                + (runCount == 0 ? " (counted while statistics are on: --measure 5s)" : ""),
        ]
            + (measured.map {
                [
                    "measured \($0.runs) runs in \(String(format: "%.1f", $0.seconds)) s: "
                        + "\($0.perSecond) a second, \($0.mean) ns each"
                ]
            } ?? [])
    }
}

extension ProgramReport.Measurement {
    var perSecond: String { String(format: "%.0f", Double(runs) / max(seconds, 1e-9)) }
    var mean: String { runs == 0 ? "-" : String(format: "%.0f", nanosecondsPerRun) }
}

extension [UInt32] {
    /// `3,4`, or `-`.
    var listed: String { isEmpty ? "-" : map(String.init).joined(separator: ",") }
}
