import ArgumentParser
import Foundation
import LinuxSystem
import NetTypes
import Statistics
import Tracing

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say what happened to a connection, a process or a host, and what to do.",
        usage: "netctl why <tuple, process id, address or name> [<options>]",
        discussion: """
            In the order in which it happened: sockets that were made and closed, and what the kernel \
            dropped of their packets, with the reason and both ends' processes; then the sockets that \
            are there now, what netctl's policies do with such packets, and what to do about it.

            The past is known only while 'netctl context' is on. Off, you get what is there now.

              netctl context on
              netctl why 10.77.0.1:41738
              netctl why tcp 10.77.0.1:41738 to 203.0.113.5:443
              netctl why 4711
              netctl why 203.0.113.5
              netctl why db.example:5432
              netctl why :443
            """)

    @Argument(
        help: ArgumentHelp(
            "An end such as 10.0.0.1:443, two of them with 'to', a process id, or a host's address or name."
        ))
    var words: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !words.isEmpty else {
            throw ValidationError("Name a connection, a process or a host.")
        }
        if WhyQuestion(words: words, resolve: { _ in [] }) == nil {
            throw ValidationError(
                "'\(words.joined(separator: " "))' is no process id, no host and no end of a "
                    + "connection; write 4711, 203.0.113.5, 203.0.113.5:443, db.example:5432, '[2001:db8::1]:443' or "
                    + "'10.0.0.1:40000 to 203.0.113.5:443'.")
        }
    }

    func run() throws {
        try reporting {
            guard
                let question = try WhyQuestion(words: words, resolve: HostNames.addresses(of:))
            else { throw ExitStatus.usage }
            let report = WhyReport(try Why.answer(question))
            try global.write(report.document, text: report.lines)
        }
    }
}
