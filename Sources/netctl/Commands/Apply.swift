import ArgumentParser
import Datapath
import Foundation
import Policy
import Statistics

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make a policy true.",
        discussion: """
            With attach: in the policy, its attachments are made and those that it no longer lists \
            are given up. Without, it goes to attachments that have no policy or this one. A second \
            time it changes nothing. Whatever fails, the old policy stays in force. With --verbose, \
            a dry run too says what each table takes; sets that did not change are not loaded again.
            """)

    @OptionGroup var policy: PolicyArguments

    @Flag(help: "Print the steps and change nothing.")
    var dryRun = false

    @Flag(help: "Apply it even if it cuts a session by which this host is managed.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Revert by itself after this long, whoever is dead, unless 'netctl confirm' is typed: an "
                + "integer with ms, s, m, h or d.", valueName: "duration"))
    var confirm: Interval?

    @Option(
        help: ArgumentHelp(
            "With --confirm: revert at once if this no longer answers, such as 'tcp 192.0.2.1:22'; may "
                + "be repeated.", valueName: "service"),
        transform: Self.service)
    var check: [ServiceCheck] = []

    @OptionGroup var global: GlobalOptions

    private static func service(_ text: String) throws -> ServiceCheck {
        guard let check = ServiceCheck(text) else {
            throw ValidationError(
                "'\(text)' is nothing that can be checked: write 'tcp 192.0.2.1:22' or "
                    + "'tcp [2001:db8::1]:22', with an address and no name.")
        }
        return check
    }

    func validate() throws {
        if !check.isEmpty && confirm == nil {
            throw ValidationError("--check needs --confirm: it reverts what was not confirmed yet.")
        }
    }

    private struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
            case version, policy, digest
            case dryRun = "dry_run"
            case steps
            case confirmBy = "confirm_by"
            case tables
        }

        let version = 1
        let policy: String
        let digest: String
        let dryRun: Bool
        let steps: [String]
        @ExplicitNull var confirmBy: String?
        let tables: [Use]

        struct Use: Encodable {
            let filter: String
            let newBytes: Int
            let tables: [TableDocument]

            enum CodingKeys: String, CodingKey {
                case filter, tables
                case newBytes = "new_bytes"
            }
        }
    }

    func run() throws {
        try reporting {
            let revision = try policy.revision(quiet: global.quiet)
            var options = try policy.options(for: revision)
            options.dryRun = dryRun
            options.confirm = confirm?.duration
            options.checks = check
            options.describesTables = global.verbose
            options.force = force
            let outcome = try Reconciler.reporting.apply(revision, options)
            let plan = outcome.plan
            for warning in plan.warnings { Terminal.warning(warning) }
            let steps = plan.steps.map(\.description)
            let document = Document(
                policy: revision.policy.name.text, digest: revision.digest, dryRun: dryRun,
                steps: steps, confirmBy: outcome.pending?.until.formatted(.iso8601),
                tables: outcome.tables.map { use in
                    Document.Use(
                        filter: use.filter, newBytes: use.newBytes,
                        tables: use.tables.map(TableDocument.init))
                })
            try global.write(
                document,
                text: steps.isEmpty
                    ? ["\(plan.idleness); nothing changed"]
                    : steps + (global.verbose ? TableLines.lines(outcome.tables) : [])
                        + (outcome.pending.map { [deadline(of: $0)] } ?? []))
            for (place, reason) in outcome.reasonsForModes {
                global.say("netctl: \(place): \(reason); generic mode is in force")
            }
        }
    }

    private func deadline(of pending: PendingRecord) -> String {
        "reverts at \(pending.until.formatted(.iso8601)) unless 'netctl confirm' is typed before"
    }
}
