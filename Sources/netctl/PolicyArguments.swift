import ArgumentParser
import Datapath

/// A policy, and where it is to go.
struct PolicyArguments: ParsableArguments {
    @Argument(
        help: "Policy files or folders of them; together they form one policy.",
        completion: .file())
    var files: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")], help: "The same.", completion: .file())
    var named: [String] = []

    @Option(help: "Only this interface; may be repeated.", completion: .interfaces)
    var interface: [String] = []

    @Flag(help: "Take hooks that another policy holds.")
    var takeOver = false

    @Flag(help: "Refuse warnings, too.")
    var strict = false

    func validate() throws {
        if files.isEmpty && named.isEmpty { throw ValidationError("Name a policy file.") }
    }

    /// The policy; its errors and warnings are printed.
    func revision(quiet: Bool) throws -> PolicyRevision {
        try LoadedPolicy(named + files, quiet: quiet).accepted(strict: strict)
    }

    /// How to apply it; its programs are read, and compiled.
    func options(for revision: PolicyRevision) throws -> Reconciler.ApplyOptions {
        var options = Reconciler.ApplyOptions()
        options.interfaces = interface
        options.takeOver = takeOver
        options.refusesWarnings = strict
        options.objects = try ObjectFile.all(of: revision.policy)
        return options
    }
}
