import ArgumentParser
import Datapath
import NetTypes
import Policy

/// The addresses that a block command is about.
struct BlockAddresses: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Addresses, prefixes or ranges a-b; - reads them from standard input, one a line.",
            valueName: "cidr"))
    var words: [String]

    mutating func validate() throws {
        if words.contains("-"), words.count > 1 {
            throw ValidationError("- stands alone: everything is read from standard input.")
        }
        guard words != ["-"] else { return }
        for word in words { _ = try Self.prefixes(of: word) }
    }

    private static func prefixes(of word: String) throws -> [IPPrefix] {
        do {
            return try AddressFeed.prefixes(of: word)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// Reads them. Nothing of standard input is used when any line of it is malformed.
    ///
    /// - Throws: ``ExitStatus``; the reasons have been printed.
    func read(_ global: GlobalOptions) throws -> AddressSet {
        guard words == ["-"] else {
            let prefixes = try words.flatMap(Self.prefixes(of:))
            return AddressSet(
                ipv4: prefixes.compactMap { if case .v4(let prefix) = $0 { prefix } else { nil } },
                ipv6: prefixes.compactMap { if case .v6(let prefix) = $0 { prefix } else { nil } })
        }
        let feed = AddressFeed(StandardInput(), named: "stdin", limit: 10_000_000)
        for diagnostic in feed.diagnostics where diagnostic.severity == .error || !global.quiet {
            Terminal.message("\(diagnostic)")
        }
        guard !feed.isRefused else {
            Terminal.error("nothing of standard input was used")
            throw ExitStatus.failed
        }
        return feed.addresses
    }
}

extension AddressSet {
    /// The first prefix that holds an address.
    func prefix(around address: IPAddress) -> IPPrefix? {
        switch address {
        case .v4(let address): ipv4.first { $0.contains(address) }.map(IPPrefix.v4)
        case .v6(let address): ipv6.first { $0.contains(address) }.map(IPPrefix.v6)
        }
    }
}
