import ArgumentParser
import Datapath
import Policy
import PolicyCompiler

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check policy files; nothing is changed and no privilege is needed.",
        discussion: "Warnings exit 0; with --strict they exit 3, as errors do.")

    @Argument(
        help: "Policy files or folders of them; together they form one policy.",
        completion: .file())
    var files: [String] = []

    @Flag(help: "Refuse warnings, too.")
    var strict = false

    @Flag(help: "Print the JSON Schema of policy files, for editors, and check nothing.")
    var schema = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard files.isEmpty == schema else {
            throw ValidationError(
                schema ? "--schema takes no files." : "Name a policy file.")
        }
    }

    func run() throws {
        try reporting {
            guard !schema else { return try Terminal.result(String(PolicySchema.text.dropLast())) }
            let loaded = try LoadedPolicy(files, quiet: global.quiet)
            if global.output == .json {
                try global.write(
                    ValidationReport(loaded.diagnostics, sets: loaded.sets), text: [])
            }
            let revision = try loaded.accepted(strict: strict)
            do throws(CompileError) {
                for filter in revision.policy.filters {
                    _ = try CompiledFilter(filter, sets: revision.policy.sets)
                }
            } catch {
                Terminal.error("\(error)")
                throw ExitStatus.invalidPolicy
            }
            guard global.output == .text && !global.quiet else { return }
            try Terminal.result(summary(of: revision))
            guard global.verbose else { return }
            for set in loaded.sets { try Terminal.result(set.text) }
        }
    }

    private func summary(of revision: PolicyRevision) -> String {
        let policy = revision.policy
        let rules = policy.filters.reduce(0) { $0 + $1.rules.count }
        let counts = [
            (policy.filters.count, "filter"), (rules, "rule"), (policy.sets.count, "set"),
        ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
        return "policy '\(policy.name)' is valid: \(counts.joined(separator: ", "))"
    }
}
