import ArgumentParser
import Datapath

struct Confirm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Keep what 'apply --confirm' put in force.",
        discussion: """
            Without it the policy reverts at its deadline, inside the kernel: no process is needed, \
            and none can be killed. Exit code 1 when nothing awaits a confirmation, also because the \
            deadline is over.
            """)

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let confirmed: String
    }

    func run() throws {
        try reporting {
            let policy = try Reconciler.reporting.confirm()
            try global.write(
                Document(confirmed: policy), text: ["policy '\(policy)' is confirmed"])
        }
    }
}
