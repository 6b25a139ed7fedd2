import ArgumentParser
import Datapath
import Policy
import Statistics

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what apply would change; nothing is changed.",
        discussion: """
            The plan that `apply --dry-run` prints, and for a policy in force that says something \
            else, which sets, filters and rules are added, removed, changed or moved. Exit codes: 0 \
            nothing would change, 10 something would.
            """)

    @OptionGroup var policy: PolicyArguments
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let revision = try policy.revision(quiet: global.quiet)
            var options = try policy.options(for: revision)
            options.dryRun = true
            let plan = try Reconciler.reporting.apply(revision, options).plan
            for warning in plan.warnings { Terminal.warning(warning) }
            let document = DiffDocument(revision, plan)
            try global.write(document, text: document.lines)
            if !plan.steps.isEmpty { throw ExitStatus.differences }
        }
    }
}

/// The JSON document of `netctl diff`.
private struct DiffDocument: Encodable {
    struct Difference: Encodable {
        enum CodingKeys: String, CodingKey {
            case attachments, policy, digest, changes
            case isInSetFiles = "set_files"
        }

        let attachments: [String]
        let policy: String
        let digest: String
        let isInSetFiles: Bool
        let changes: [Change]
    }

    struct Change: Encodable {
        enum CodingKeys: String, CodingKey {
            case change, kind, name, filter, position, details
            case oldPosition = "old_position"
        }

        let change: PolicyChange.Kind
        let kind: PolicyChange.Subject
        @ExplicitNull var name: String?
        @ExplicitNull var filter: String?
        @ExplicitNull var position: Int?
        @ExplicitNull var oldPosition: Int?
        let details: [Detail]
    }

    struct Detail: Encodable {
        let key: String
        let removed: [String]
        let added: [String]
    }

    enum CodingKeys: String, CodingKey { case version, policy, digest, steps, differences }

    let version = 1
    let policy: String
    let digest: String
    let steps: [String]
    let differences: [Difference]
    /// The same for people.
    let lines: [String]

    init(_ revision: PolicyRevision, _ plan: Plan) {
        policy = revision.policy.name.text
        digest = revision.digest
        steps = plan.steps.map(\.description)
        let found = plan.differences(to: revision)
        differences = found.map { difference in
            Difference(
                attachments: difference.attachments, policy: difference.policy,
                digest: difference.digest, isInSetFiles: difference.isInSetFiles,
                changes: difference.difference.changes.map(Change.init))
        }
        lines =
            steps.isEmpty
            ? ["\(plan.idleness); apply would change nothing"]
            : steps + found.flatMap { Self.lines($0, isOnlyOne: found.count == 1) }
    }

    /// With several old policies, where each of them is in force stands before its changes.
    private static func lines(_ difference: RevisionDifference, isOnlyOne: Bool) -> [String] {
        let place = isOnlyOne ? "" : difference.attachments.joined(separator: ", ") + ": "
        guard !difference.isInSetFiles else {
            return ["\(place)changed set files: the text of the policy is the same"]
        }
        return difference.difference.changes.map { "\(place)\($0)" }
    }
}

extension DiffDocument.Change {
    init(_ change: PolicyChange) {
        self.init(
            change: change.kind, kind: change.subject, name: change.name, filter: change.filter,
            position: change.position, oldPosition: change.oldPosition,
            details: change.details.map {
                DiffDocument.Detail(key: $0.key, removed: $0.removed, added: $0.added)
            })
    }
}
