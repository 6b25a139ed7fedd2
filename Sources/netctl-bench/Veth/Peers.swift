import NetTypes

/// xdp-filter of xdp-tools: exact addresses, and no more than 10,000 of them.
struct XDPFilter: DropPoint {
    let name = "XDP native, xdp-filter"
    let requires: String? = "xdp-filter"
    let largest = Self.limit
    let hasOneList = true
    let isExact = true

    static let limit = 10000

    /// Loads the program; what the maps of an earlier one held is gone.
    static func load(on receiver: Receiver) throws {
        try receiver.run(
            "xdp-filter", "load", receiver.interface, "--mode", "native", "--policy", "allow")
    }

    static func unload(from receiver: Receiver) throws {
        try receiver.run("xdp-filter", "unload", receiver.interface)
    }

    /// A command for each address: there is no other way in.
    static func add(_ list: BlockList, on receiver: Receiver) throws {
        for prefix in list.prefixes {
            _ = try ChildRun(
                receiver.command(["xdp-filter", "ip", "\(prefix.address)", "--mode", "src"]))
        }
    }

    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed {
        guard let list else { throw BenchError("\(name): no list") }
        try Self.load(on: receiver)
        try Self.add(list, on: receiver)
        return Installed { try PeerCounters.xdpFilter(receiver.run("xdp-filter", "status")) }
    }
}

/// nft with an interval set, on two of its hooks.
struct NFTables: DropPoint {
    enum Hook {
        case netdev, raw
    }

    private let hook: Hook
    let requires: String? = "nft"
    let largest = Int.max

    init(_ hook: Hook) { self.hook = hook }

    var name: String { hook == .netdev ? "netdev ingress, nft" : "prerouting raw, nft" }

    private var table: String { hook == .netdev ? "netdev bench" : "inet bench" }

    private func chain(_ interface: String) -> String {
        switch hook {
        case .netdev: "type filter hook ingress device \"\(interface)\" priority 0;"
        case .raw: "type filter hook prerouting priority raw;"
        }
    }

    /// Writes what loads a list.
    func script(_ list: BlockList, interface: String) throws -> String {
        try list.file(
            "\(hook).nft",
            before: """
                table \(table) {
                  counter dropped {
                  }
                  set block {
                    type ipv4_addr
                    flags interval
                    elements = {

                """,
            each: "", separator: ",\n",
            after: """

                    }
                  }
                  chain in {
                    \(chain(interface)) policy accept;
                    ip saddr @block counter name dropped drop
                  }
                }

                """)
    }

    /// Writes what replaces the list by another one, in one transaction.
    func replacement(_ list: BlockList) throws -> String {
        try list.file(
            "\(hook)-replacement.nft",
            before: "flush set \(table) block\nadd element \(table) block {\n", each: "",
            separator: ",\n", after: "\n}\n")
    }

    /// What adds an address.
    func addition(_ address: String) -> [String] {
        ["nft", "add element \(table) block { \(address) }"]
    }

    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed {
        guard let list else { throw BenchError("\(name): no list") }
        try receiver.run("nft", "-f", script(list, interface: receiver.interface))
        // Listing would read the whole set: half a minute for a million. Resetting reads the counter alone.
        var total: UInt64 = 0
        return Installed {
            total += try PeerCounters.nft(receiver.run("nft", "reset counter \(table) dropped"))
            return total
        }
    }
}

/// iptables with a set of ipset, in the raw table.
struct IPTables: DropPoint {
    let name = "prerouting raw, iptables and ipset"
    let requires: String? = "ipset"
    let largest = Int.max

    /// Writes what fills a set of that name.
    static func script(_ list: BlockList, set: String) throws -> String {
        try list.file(
            "\(set).ipset",
            before: "create \(set) hash:net maxelem \(list.prefixes.count + 65536)\nadd \(set) ",
            each: "", separator: "\nadd \(set) ", after: "\n")
    }

    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed {
        guard let list else { throw BenchError("\(name): no list") }
        try receiver.run("ipset", "restore", "-file", Self.script(list, set: "block"))
        try receiver.run(
            "iptables", "-t", "raw", "-A", "PREROUTING", "-m", "set", "--match-set", "block",
            "src", "-j", "DROP")
        return Installed {
            try PeerCounters.iptables(
                receiver.run("iptables", "-t", "raw", "-nvxL", "PREROUTING"))
        }
    }
}
