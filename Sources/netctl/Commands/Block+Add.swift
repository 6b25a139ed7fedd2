import ArgumentParser
import Datapath
import NetTypes
import Policy

extension Block {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Block addresses.",
            discussion: """
                All or none are added. An address that is in the list gets the new end and reason, and \
                keeps its counts; entries inside each other keep their own ends. What has been \
                established is cut off as well: the list knows packets, not connections.
                """)

        @OptionGroup var addresses: BlockAddresses

        @Option(
            parsing: .unconditional,
            help: "How long, such as 90s, 10m, 1h, 7d; not given: until it is removed.",
            transform: Self.duration)
        var ttl: Duration?

        @Option(
            help: "Why, shown by 'block list': at most \(BlockReason.bytes) bytes.",
            transform: Self.reason)
        var reason: BlockReason?

        @Flag(help: "Block the other end of this SSH session, too.")
        var force = false

        @OptionGroup var global: GlobalOptions

        private static func duration(_ text: String) throws -> Duration {
            guard let interval = Interval(argument: text) else {
                throw ValidationError(
                    "'\(text)' is no time to block for: write an integer over 0 with ms, s, m, h or "
                        + "d, such as 1h; leave --ttl out to block until it is removed.")
            }
            return interval.duration
        }

        private static func reason(_ text: String) throws -> BlockReason {
            guard let reason = BlockReason(text) else {
                throw ValidationError(
                    "--reason takes one line of at most \(BlockReason.bytes) bytes; this one has "
                        + "\(text.utf8.count).")
            }
            return reason
        }

        private struct Document: Encodable {
            let version = 1
            let added: Int
            let renewed: Int
            let reporting: [String]
        }

        func run() throws {
            try reporting {
                let set = try addresses.read(global)
                try refusePeer(in: set)
                let done = try BlockList.add(set, for: ttl, reason: reason ?? .none) {
                    Terminal.notice($0)
                }
                try global.write(
                    Document(added: done.new, renewed: done.renewed, reporting: done.reporting),
                    text: [
                        "added \(entries(done.new))"
                            + (done.renewed > 0 ? ", renewed \(done.renewed)" : "")
                    ])
                if global.output == .text, !done.reporting.isEmpty {
                    global.say(
                        "netctl: \(done.reporting.joined(separator: ", ")) only "
                            + "\(done.reporting.count == 1 ? "reports" : "report"): what is blocked "
                            + "passes there")
                }
            }
        }

        /// Whoever is connected by SSH would lock themselves out.
        private func refusePeer(in set: AddressSet) throws {
            guard !force, let peer = SSHSession.current?.peer, let prefix = set.prefix(around: peer)
            else {
                return
            }
            Terminal.error(
                "add to block list: \(prefix): it covers \(peer), the other end of this SSH session; "
                    + "use --force if that is meant")
            throw ExitStatus.failed
        }
    }
}

/// `1 entry`, `3 entries`.
func entries(_ count: Int) -> String { "\(count) \(count == 1 ? "entry" : "entries")" }
