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
                let count = try Reconciler.reporting.detachAll()
                let names = observation.attachments.map(\.hookName)
                try global.write(
                    Document(detached: names),
                    text: names.isEmpty && count == 0
                        ? ["nothing is attached"] : names.map { "detached \($0)" })
                return
            }
            let found = try selection.attachments(in: observation)
            guard !found.isEmpty else {
                try global.write(
                    Document(detached: []), text: [selection.nothing(in: observation)])
                return
            }
            try Reconciler.reporting.detach(found.map(\.point))
            let names = found.map(\.hookName)
            try global.write(
                Document(detached: names), text: names.map { "detached \($0)" })
        }
    }
}
