import ArgumentParser
import Daemon
import Datapath
import Foundation
import Statistics

struct DaemonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Keep a policy true over time.",
        discussion: """
            Applies the policy, and again whenever its files or set files change, an interface, network \
            namespace or cgroup of it comes or goes, or somebody has detached or replaced what it \
            attached; what the kernel tells nobody is seen after --interval. Files that have errors change \
            nothing: what they said before is kept. What is missing is waited for.

            A pause, 'apply --confirm' and a policy of the same name that 'rollback' or 'apply' put in force \
            are left alone, the last one until the policy's text changes. SIGHUP applies the policy \
            whatever is in force. SIGTERM ends the daemon; everything stays as it is, for the kernel holds it.

            Examples:
              netctl daemon
              netctl daemon edge.yaml --interval 5s -o json
            """)

    @Argument(
        help: ArgumentHelp(
            "Policy files or folders of them; together they form one policy. Default: /etc/netctl."),
        completion: .file())
    var files: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")], help: "The same.", completion: .file())
    var named: [String] = []

    @Option(help: "How often to look although nothing seems to have changed.")
    var interval = Interval.thirtySeconds

    @Flag(help: "Take hooks that another policy holds.")
    var takeOver = false

    @Flag(help: "Refuse warnings, too.")
    var strict = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if interval.duration < .seconds(1) {
            throw ValidationError("--interval takes 1s at least, not '\(interval.text)'.")
        }
    }

    func run() throws {
        try reporting {
            // Who reads what it says may be slow, or gone; the policy is kept all the same.
            Terminal.patience = .milliseconds(100)
            let paths = named + files
            do {
                try PolicyDaemon(
                    paths.isEmpty ? ["/etc/netctl"] : paths, interval: interval.duration,
                    refusesWarnings: strict, reconciler: .reporting, options: options, tell: tell
                ).run()
            } catch is DaemonRefusal {
                throw ExitStatus.invalidPolicy
            }
        }
    }

    private func options(_ revision: PolicyRevision) throws -> Reconciler.ApplyOptions {
        var options = Reconciler.ApplyOptions()
        options.takeOver = takeOver
        options.refusesWarnings = strict
        options.objects = try ObjectFile.all(of: revision.policy)
        return options
    }

    /// The JSON document of what happened.
    private struct Document: Encodable {
        let version = 1
        let time = Date.now
        let event: DaemonReport.Event
        @ExplicitNull var policy: String?
        @ExplicitNull var digest: String?
        let steps: [String]
        @ExplicitNull var message: String?

        init(_ report: DaemonReport) {
            event = report.event
            policy = report.policy
            digest = report.digest
            steps = report.steps
            message = report.message
        }

        /// What was done, a line for each step: the time, the policy, the step.
        var lines: [String] {
            let who = "\(time.formatted(.iso8601)) \(policy ?? "") \(digest?.prefix(8) ?? "")"
            return (event == .inForce ? ["in force"] : steps).map { "\(who): \($0)" }
        }
    }

    /// What was done is a result; what stands in the way is a message.
    private func tell(_ report: DaemonReport) {
        switch report.event {
        case .applied, .inForce: break
        case .refused:
            Terminal.message(report.message ?? "")
            if let policy = report.policy {
                Terminal.error("policy '\(policy)' \(report.digest?.prefix(8) ?? "") is kept")
            }
        case .warning: if !global.quiet { Terminal.warning(report.message ?? "") }
        case .failed, .standingBack: Terminal.error(report.message ?? "")
        }
        let document = Document(report)
        try? global.write(document, text: document.lines)
    }
}
