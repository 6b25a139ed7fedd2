import ArgumentParser
import LinuxSystem

/// The command line: parses, calls, prints. Nothing else.
///
/// Every command gives its `commandName`: to make one of the type's name, the parser asks the runtime
/// questions that cost each start milliseconds.
@main
struct Netctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "netctl",
        abstract: "Manages the BPF datapath of this host.",
        discussion: """
            Put the datapath on an interface, apply a policy file, read the counters, detach:

              netctl attach eth1 --mode xdpgeneric
              netctl apply policy.yaml
              netctl stats eth1
              netctl detach eth1

            The kernel holds all state: pinned links and maps under /sys/fs/bpf/netctl. Nothing \
            needs a daemon (there is one, for who wants it), and nothing survives a reboot by itself.

            Exit codes: 0 done, 1 failed, 2 usage, 3 invalid policy, 4 kernel support or privilege \
            lacking, 10 differences (diff).
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Datapath",
                subcommands: [
                    Attach.self,
                    Detach.self,
                    Status.self,
                    Stats.self,
                    Block.self,
                    Pause.self,
                    Resume.self,
                ]),
            CommandGroup(
                name: "Policy",
                subcommands: [
                    Apply.self,
                    Confirm.self,
                    Rollback.self,
                    Show.self,
                    Diff.self,
                    Validate.self,
                    Test.self,
                    Explain.self,
                    DaemonCommand.self,
                ]),
            CommandGroup(
                name: "Programs",
                subcommands: [
                    Prog.self,
                    MapCommand.self,
                    LinkCommand.self,
                    Listen.self,
                    Run.self,
                    Compile.self,
                    Doctor.self,
                ]),
            CommandGroup(
                name: "What happens",
                subcommands: [
                    Events.self,
                    CaptureCommand.self,
                    Sockets.self,
                    Context.self,
                    Top.self,
                    TraceCommand.self,
                    ProbeCommand.self,
                    WhyCommand.self,
                ]),
        ])

    static func main() {
        StandardDescriptors.occupy()
        DescriptorLimit.raise()
        do {
            var command = try parseAsRoot(CompileArguments.separated(CommandLine.arguments))
            try command.run()
        } catch let status as ExitStatus {
            exit(withError: ExitCode(status.rawValue))
        } catch {
            let code = exitCode(for: error)
            guard code.isSuccess else {
                Terminal.message(fullMessage(for: error))
                // The parser's own 64 (EX_USAGE) is 2 here.
                exit(withError: ExitCode(ExitStatus.usage.rawValue))
            }
            exit(withError: error)
        }
    }
}
