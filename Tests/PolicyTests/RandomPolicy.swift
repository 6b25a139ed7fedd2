import NetTypes
import Policy

/// Policies that depend on a seed alone.
struct RandomPolicy {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(seed: seed) }

    /// The contents of a set file of that path.
    static func file(_ path: String) -> String { "198.51.100.\(path.utf8.count)\n2001:db8::/32\n" }

    mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

    mutating func some<Value>(
        _ range: ClosedRange<Int>, _ make: (inout Self) throws -> Value
    ) rethrows -> [Value] {
        try (0..<(range.lowerBound + below(range.count))).map { _ in try make(&self) }
    }

    private mutating func prefix() -> IPPrefix {
        if below(2) == 0 {
            let address = IPv4Address(bits: UInt32(truncatingIfNeeded: generator.next()))
            return Prefix(masking: address, length: below(33)).map(IPPrefix.v4)
                ?? IPPrefix(.v4(address))
        }
        let bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
        let address = IPv6Address(bits: below(4) == 0 ? bits >> 112 : bits)
        return Prefix(masking: address, length: below(129)).map(IPPrefix.v6)
            ?? IPPrefix(.v6(address))
    }

    private mutating func range() throws -> IPAddressRange {
        let lower = UInt32(truncatingIfNeeded: generator.next() >> 1)
        let upper = lower + UInt32(below(100_000))
        guard below(2) == 0 else {
            return try IPAddressRange(
                .v6(IPv6Address(bits: UInt128(lower))), .v6(IPv6Address(bits: UInt128(upper))))
        }
        return try IPAddressRange(.v4(IPv4Address(bits: lower)), .v4(IPv4Address(bits: upper)))
    }

    private mutating func ports() -> PortRange {
        let lower = UInt16(truncatingIfNeeded: generator.next())
        return PortRange(lower, lower | UInt16(below(256))) ?? PortRange(lower)
    }

    mutating func addressTerm(_ sets: [Name]) throws -> AddressTerm {
        switch below(4) {
        case 0: return .range(try range())
        case 1 where !sets.isEmpty: return .set(sets[below(sets.count)])
        default: return .prefix(prefix())
        }
    }

    mutating func portTerm(_ sets: [Name]) -> PortTerm {
        below(3) == 0 && !sets.isEmpty ? .set(sets[below(sets.count)]) : .range(ports())
    }

    mutating func optional<Value>(_ make: (inout Self) throws -> Value) rethrows -> Value? {
        below(2) == 0 ? nil : try make(&self)
    }

    /// A valid policy.
    mutating func policy() throws -> Policy {
        var sets: [NamedSet] = []
        for index in 0..<below(4) { sets.append(try addressSet("a\(index)")) }
        for index in 0..<below(3) {
            let ranges = some(0...30) { $0.ports() }
            sets.append(
                NamedSet(
                    name: try Name("p\(index)"), source: .ports(ranges),
                    contents: .ports(Set(ranges).sorted())))
        }
        let addresses = sets.filter { if case .addresses = $0.contents { true } else { false } }
        if let first = addresses.first {
            sets.append(
                NamedSet(
                    name: try Name("joined"), source: .sets([first.name]), contents: first.contents)
            )
        }
        let names = sets.filter { if case .addresses = $0.contents { true } else { false } }.map(
            \.name)
        let portNames = sets.filter { if case .ports = $0.contents { true } else { false } }.map(
            \.name)
        let filters = try ["inbound", "no", "010", "null"].prefix(1 + below(4)).map {
            try filter($0, names, portNames)
        }
        let able = filters.filter { $0.refusals(on: .xdp).isEmpty }
        let attach = able.isEmpty ? nil : try optional { random in try random.attach(able) }
        return Policy(
            name: try Name("edge-\(below(100))"), sets: sets, filters: filters, attach: attach)
    }

    private mutating func addressSet(_ name: String) throws -> NamedSet {
        if below(2) == 0 {
            let paths = ["feeds/a.txt", "it's \"odd\": #1, {x}.txt", "@é"].prefix(1 + below(3))
            let count = paths.map { UInt32($0.utf8.count) }
            let ipv4 = count.map { Prefix(IPv4Address(bits: 0xC633_6400 + $0)) }
            let ipv6 = Prefix(masking: IPv6Address(bits: 0x2001_0DB8 << 96), length: 32)
            return NamedSet(
                name: try Name(name), source: .files(Array(paths)),
                contents: .addresses(AddressSet(ipv4: ipv4, ipv6: ipv6.map { [$0] } ?? [])))
        }
        let terms = try some(0...40) { try $0.addressTerm([]) }
        var ipv4: [Prefix<IPv4Address>] = []
        var ipv6: [Prefix<IPv6Address>] = []
        for term in terms {
            let prefixes: [IPPrefix]
            switch term {
            case .prefix(let prefix): prefixes = [prefix]
            case .range(let range): prefixes = range.prefixes
            case .set: prefixes = []
            }
            for prefix in prefixes {
                switch prefix {
                case .v4(let prefix): ipv4.append(prefix)
                case .v6(let prefix): ipv6.append(prefix)
                }
            }
        }
        return NamedSet(
            name: try Name(name), source: .inline(terms),
            contents: .addresses(AddressSet(ipv4: ipv4, ipv6: ipv6)))
    }

    private mutating func filter(_ name: String, _ sets: [Name], _ ports: [Name]) throws -> Filter {
        let rules = try (0..<below(6)).map { index in
            let keys = try keys(sets, ports, within: nil)
            let not =
                below(3) > 0 ? MatchKeys() : try self.keys(sets, ports, within: .some(keys.proto))
            let match = Match(keys, not: not)
            let actions = [Action.pass, .drop, .count, .tx, .redirect("br-lan.1"), .redirect("no")]
            let logs = [nil, .usual, RuleLog(every: .milliseconds(1 + below(1_000_000)))]
            return Rule(
                name: try Name("r\(index)"), match: match, action: actions[below(6)],
                monitor: below(4) == 0, log: logs[below(3)])
        }
        return Filter(
            name: try Name(name), defaultVerdict: PassOrDrop.allCases[below(2)],
            malformed: PassOrDrop.allCases[below(2)], nonIP: PassOrDrop.allCases[below(2)],
            monitor: below(2) == 0, log: below(2) == 0, rules: rules)
    }

    private mutating func attach(_ filters: [Filter]) throws -> [AttachEntry] {
        try (0..<below(4)).map { index in
            let names = ["eth\(index)", "veth\(index)*", "[!e]\(index)?", "br-\(index).1"]
            let patterns = names.prefix(1 + below(4)).compactMap { InterfacePattern($0) }
            let program = try below(3) == 0 ? self.program() : nil
            return AttachEntry(
                .interfaces(patterns), netns: Array(["blue", "1.5", "no"].prefix(below(4))),
                optional: below(2) == 0, monitor: program == nil && below(2) == 0,
                mode: XDPModeRequest.allCases[below(4)],
                share: program == nil && below(3) == 0 ? XDPShare(priority: below(100)) : nil,
                tc: TCModeRequest.allCases[below(3)],
                uses: program == nil
                    ? [HookUse(hook: .xdp, name: filters[below(filters.count)].name)] : [],
                program: program)
        }
    }

    private mutating func program() throws -> ProgramUse {
        let hooks: [Hook?] = [nil, .xdp, .tcIngress, .tcEgress]
        let values: [ProgramUse.Value] = [
            .word("10"), .word("a: \"b\""), .word("192.0.2.1"), .list([]),
            .list([.word("1"), .list([.word("no")])]),
            .fields([.init(name: "x", value: .word("{")), .init(name: "y", value: .fields([]))]),
        ]
        let globals = (0..<below(3)).map { index in
            ProgramUse.Global(name: "v\(index)", value: values[below(values.count)])
        }
        return ProgramUse(
            ["count.bpf.o", "../a b.bpf.c", "1"][below(3)], hook: hooks[below(4)],
            name: [nil, "count_packets"][below(2)], globals: globals, pinsMaps: below(2) == 0)
    }
}
