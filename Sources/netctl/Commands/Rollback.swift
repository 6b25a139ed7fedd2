import ArgumentParser
import Datapath

struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to what was in force before the last apply.",
        discussion: """
            A policy that awaits its confirmation reverts now. Otherwise the last apply is taken back: \
            what it replaced is still loaded, with the set files of then, and is stored back in \
            microseconds; what it attached is detached, what it detached is attached. A second \
            rollback takes the first one back.
            """)

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let reverted: String
        let steps: [String]
    }

    func run() throws {
        try reporting {
            switch try Reconciler.reporting.rollback() {
            case .reverted(let policy):
                try global.write(
                    Document(reverted: policy, steps: []),
                    text: ["policy '\(policy)' is reverted, it was not confirmed"])
            case .wentBack(let policy, let steps):
                try global.write(Document(reverted: policy, steps: steps), text: steps)
            }
        }
    }
}
