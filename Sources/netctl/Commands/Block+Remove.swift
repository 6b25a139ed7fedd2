import ArgumentParser
import Datapath
import NetTypes
import Policy

extension Block {
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Unblock addresses.",
            discussion: """
                Entries go that have exactly these prefixes. One that is not there is said and no \
                failure: it may have ended by itself. An address that stays blocked, by a wider entry, \
                is a failure: remove that entry.
                """)

        @OptionGroup var addresses: BlockAddresses
        @OptionGroup var global: GlobalOptions

        private struct Document: Encodable {
            struct Blocked: Encodable {
                let prefix: String
                let entry: String
            }
            let version = 1
            let removed: Int
            let missing: [String]
            let blocked: [Blocked]
        }

        func run() throws {
            try reporting {
                let done = try BlockList.remove(addresses.read(global)) { Terminal.notice($0) }
                let blocked = done.inside.map {
                    Document.Blocked(
                        prefix: $0.prefix.description, entry: $0.entry.prefix.description)
                }
                try global.write(
                    Document(
                        removed: done.removed, missing: done.missing.map(\.description),
                        blocked: blocked),
                    text: done.removed == 0 && !blocked.isEmpty
                        ? [] : ["removed \(entries(done.removed))"])
                let names = Set(blocked.map(\.prefix))
                if global.output == .text {
                    for prefix in done.missing where !names.contains(prefix.description) {
                        global.say("\(prefix) is not in the block list")
                    }
                }
                for found in blocked {
                    Terminal.error(
                        "remove from block list: \(found.prefix): it is no entry, but inside "
                            + "\(found.entry), which blocks it still; remove that one")
                }
                if !blocked.isEmpty { throw ExitStatus.failed }
            }
        }
    }
}
