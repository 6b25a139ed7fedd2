import ArgumentParser
import Datapath

struct Detach: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detach",
        abstract: "Remove exactly what netctl put on an interface or cgroup, nothing of others.")

    @OptionGroup var selection: Selection

    @Flag(help: "Everything, everywhere.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Only the program of this name that --program attached; needed where it is on no "
                + "interface or cgroup.", valueName: "name"))
    var program: String?

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let detached: [String]
        /// Entries of the block list that went with the last attachment.
        let blocked: Int
    }

    func validate() throws {
        if all && program != nil {
            throw ValidationError("--all and --program exclude each other.")
        }
        if all == selection.isNamed && program == nil {
            throw ValidationError("Name an interface or a cgroup, or use --all.")
        }
    }

    func run() throws {
        try reporting {
            let observation = try Observation.now()
            if all {
                let (count, blocked) = try Reconciler.reporting.detachAll()
                let names =
                    observation.attachments.map(\.hookName) + observation.programs.map(\.hookName)
                try global.write(
                    Document(detached: names, blocked: blocked),
                    text: names.isEmpty && count == 0
                        ? ["nothing is attached"] : lines(names, blocked))
                return
            }
            try observation.requireReadable()
            let found = program == nil ? try selection.attachments(in: observation) : []
            let programs = try selection.programs(in: observation)
                .filter { program == nil || $0.record.name == program }
            guard !found.isEmpty || !programs.isEmpty else {
                // What a command left that was cut short goes all the same.
                try Reconciler.reporting.detach([])
                let nothing = program.map { "no program '\($0)' is attached there" }
                try global.write(
                    Document(detached: [], blocked: 0),
                    text: [nothing ?? selection.nothing(in: observation)])
                return
            }
            let blocked = try Reconciler.reporting.detach(found.map(\.point))
            try Reconciler.reporting.detach(programs: programs)
            let names = found.map(\.hookName) + programs.map(\.hookName)
            try global.write(
                Document(detached: names, blocked: blocked), text: lines(names, blocked))
        }
    }

    private func lines(_ names: [String], _ blocked: Int) -> [String] {
        names.map { "detached \($0)" }
            + (blocked == 0 ? [] : ["removed the block list: \(entries(blocked))"])
    }
}
