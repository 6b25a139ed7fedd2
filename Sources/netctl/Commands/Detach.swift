import ArgumentParser
import Datapath

struct Detach: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove exactly what netctl put on an interface or cgroup, nothing of others.")

    @OptionGroup var selection: Selection

    @Flag(help: "Everything, everywhere.")
    var all = false

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let detached: [String]
        /// Entries of the block list that went with the last attachment.
        let blocked: Int
    }

    func validate() throws {
        if all == selection.isNamed {
            throw ValidationError("Name an interface or a cgroup, or use --all.")
        }
    }

    func run() throws {
        try reporting {
            let observation = try Observation.now()
            if all {
                let (count, blocked) = try Reconciler.reporting.detachAll()
                let names = observation.attachments.map(\.hookName)
                try global.write(
                    Document(detached: names, blocked: blocked),
                    text: names.isEmpty && count == 0
                        ? ["nothing is attached"] : lines(names, blocked))
                return
            }
            let found = try selection.attachments(in: observation)
            guard !found.isEmpty else {
                try global.write(
                    Document(detached: [], blocked: 0), text: [selection.nothing(in: observation)])
                return
            }
            let blocked = try Reconciler.reporting.detach(found.map(\.point))
            let names = found.map(\.hookName)
            try global.write(
                Document(detached: names, blocked: blocked), text: lines(names, blocked))
        }
    }

    private func lines(_ names: [String], _ blocked: Int) -> [String] {
        names.map { "detached \($0)" }
            + (blocked == 0 ? [] : ["removed the block list: \(entries(blocked))"])
    }
}
