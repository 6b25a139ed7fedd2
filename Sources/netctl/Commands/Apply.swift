import ArgumentParser
import Datapath
import Policy

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a policy true.",
        discussion: """
            With attach: in the policy, its attachments are made and those that it no longer lists \
            are given up. Without, it goes to attachments that have no policy or this one. A second \
            time it changes nothing. Whatever fails, the old policy stays in force.
            """)

    @OptionGroup var policy: PolicyArguments

    @Flag(help: "Print the steps and change nothing.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
            case version, policy, digest
            case dryRun = "dry_run"
            case steps
        }

        let version = 1
        let policy: String
        let digest: String
        let dryRun: Bool
        let steps: [String]
    }

    func run() throws {
        try reporting {
            let revision = try policy.revision(quiet: global.quiet)
            var options = policy.options
            options.dryRun = dryRun
            let plan = try Reconciler.reporting.apply(revision, options)
            for warning in plan.warnings { Terminal.warning(warning) }
            let steps = plan.steps.map(\.description)
            let document = Document(
                policy: revision.policy.name.text, digest: revision.digest, dryRun: dryRun,
                steps: steps)
            try global.write(
                document,
                text: steps.isEmpty
                    ? ["\(plan.idleness); nothing changed"]
                    : steps)
        }
    }
}
