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

    @Argument(help: "Policy files or folders of them; together they form one policy.")
    var files: [String] = []

    @Option(name: [.customShort("f"), .customLong("file")], help: "The same.")
    var named: [String] = []

    @Option(help: "Only this interface; may be repeated.")
    var interface: [String] = []

    @Flag(help: "Print the steps and change nothing.")
    var dryRun = false

    @Flag(help: "Take hooks that another policy holds.")
    var takeOver = false

    @Flag(help: "Refuse warnings, too.")
    var strict = false

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

    func validate() throws {
        if files.isEmpty && named.isEmpty { throw ValidationError("Name a policy file.") }
    }

    func run() throws {
        try reporting {
            let revision = try LoadedPolicy(named + files, quiet: global.quiet)
                .accepted(strict: strict)
            var options = Reconciler.ApplyOptions()
            options.interfaces = interface
            options.takeOver = takeOver
            options.refusesWarnings = strict
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
                    ? ["policy '\(revision.policy.name)' is in force already; nothing changed"]
                    : steps)
        }
    }
}
