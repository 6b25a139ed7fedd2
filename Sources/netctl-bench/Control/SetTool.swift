import Datapath
import NetTypes

/// Something that holds a list of addresses in the kernel, by its commands.
protocol SetTool {
    /// A row of the table.
    var name: String { get }
    /// The command that must be on the path, when it is a peer's.
    var requires: String? { get }
    /// The longest list that it takes.
    var largest: Int { get }

    /// The longest list that is loaded in every round; a longer one takes too long for that.
    var largestRepeated: Int { get }
    /// The longest list of which a change takes less than a minute.
    var largestEdited: Int { get }

    /// Makes ready what exists before a list does. Not measured.
    func prepare(_ receiver: Receiver) throws
    /// The commands, to be run in the receiver's namespace, that put a list in force where there was
    /// none. Making them is not measured.
    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]]
    /// The commands that put another list in force in place of it; nil when it cannot.
    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]?
    /// The command that adds an address to a list in force; nil when it has none or no room is left.
    func add(_ address: String, to list: BlockList) -> [String]?
    /// Takes away what would be in the way of the next measurement. Not measured.
    func finish() throws
}

extension SetTool {
    var requires: String? { nil }
    var largest: Int { .max }
    var largestRepeated: Int { .max }
    var largestEdited: Int { .max }
    func prepare(_ receiver: Receiver) throws {}
    func finish() throws {}
}

enum SetTools {
    static func all(netctl: String) -> [any SetTool] {
        [
            NetctlSets(netctl: netctl), NetctlBlockList(netctl: netctl), NFTablesSets(), IPSets(),
            XDPFilterSets(),
        ]
    }
}

/// netctl: `apply` for lists, `block add` for an address.
struct NetctlSets: SetTool {
    let name = "netctl"
    fileprivate let netctl: String

    init(netctl: String) { self.netctl = netctl }

    func prepare(_ receiver: Receiver) throws {
        try receiver.run(netctl, "attach", receiver.interface)
    }

    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]] {
        [[netctl, "apply", try list.policy(), "--interface", receiver.interface]]
    }

    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]? {
        try load(list, receiver)
    }

    func add(_ address: String, to list: BlockList) -> [String]? {
        [netctl, "block", "add", address]
    }

    func finish() throws { try Tool.run([netctl, "detach", "--all"]) }
}

/// netctl's live block list: a feed, and one more address while all of it is there.
struct NetctlBlockList: SetTool {
    let name = "netctl, block list"
    let largest = Datapath.BlockList.capacity
    private let sets: NetctlSets

    init(netctl: String) { sets = NetctlSets(netctl: netctl) }

    func prepare(_ receiver: Receiver) throws { try sets.prepare(receiver) }

    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]] {
        let feed = try list.feed()
        return [["sh", "-c", "exec \"$0\" block add - --ttl 1d < \"$1\"", sets.netctl, feed]]
    }

    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]? { nil }

    func add(_ address: String, to list: BlockList) -> [String]? {
        list.prefixes.count < largest ? sets.add(address, to: list) : nil
    }

    func finish() throws { try sets.finish() }
}

/// nft: an interval set, replaced in one transaction.
struct NFTablesSets: SetTool {
    let name = "nft"
    let requires: String? = "nft"
    let largestRepeated = 100_000
    let largestEdited = 100_000
    private let rules = NFTables(.raw)

    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]] {
        [["nft", "-f", try rules.script(list, interface: receiver.interface)]]
    }

    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]? {
        [["nft", "-f", try rules.replacement(list)]]
    }

    func add(_ address: String, to list: BlockList) -> [String]? {
        rules.addition(address)
    }
}

/// ipset: another set is filled and swapped in.
struct IPSets: SetTool {
    let name = "ipset"
    let requires: String? = "ipset"

    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]] {
        [try restore(list, "block")]
    }

    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]? {
        [
            try restore(list, "other"), ["ipset", "swap", "other", "block"],
            ["ipset", "destroy", "other"],
        ]
    }

    func add(_ address: String, to list: BlockList) -> [String]? {
        ["ipset", "add", "block", address]
    }

    private func restore(_ list: BlockList, _ set: String) throws -> [String] {
        ["ipset", "restore", "-file", try IPTables.script(list, set: set)]
    }
}

/// xdp-filter: a command for each address, and no way to replace a list.
struct XDPFilterSets: SetTool {
    let name = "xdp-filter"
    let requires: String? = "xdp-filter"
    let largest = XDPFilter.limit
    let largestRepeated = 100

    func prepare(_ receiver: Receiver) throws { try XDPFilter.load(on: receiver) }

    func load(_ list: BlockList, _ receiver: Receiver) throws -> [[String]] {
        list.prefixes.map { Self.command("\($0.address)") }
    }

    func replace(by list: BlockList, _ receiver: Receiver) throws -> [[String]]? { nil }

    func add(_ address: String, to list: BlockList) -> [String]? {
        list.prefixes.count < largest ? Self.command(address) : nil
    }

    private static func command(_ address: String) -> [String] {
        ["xdp-filter", "ip", address, "--mode", "src"]
    }
}
