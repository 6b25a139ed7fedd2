import ArgumentParser
import Tracing

/// `netctl probe`.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Show where the kernel and binaries can be watched, and what works here.",
        subcommands: [ProbeListCommand.self, ProbeCheckCommand.self])
}
