import NetTypes
import Packets

extension MatchDraft {
    /// The keys of a test's packet: those of a match. `hex` is read before, as it stands alone.
    static let packetTable = KeyTable<MatchDraft>(
        keys(at: .match) + [
            .elsewhere("not") { value, reading in
                reading.error(
                    "invalid-packet", "a packet has values; 'not' is for matches", at: value)
            },
            .elsewhere("hex") { value, reading in
                reading.error(
                    "conflicting-keys", "'hex' is the whole packet; it has no other key", at: value)
            },
        ])
}

extension Reading {
    /// The value of `packet:`; nil after an error.
    func packet(_ value: YAMLValue, subject: String) -> PolicyTest.Packet? {
        if case .mapping(let pairs) = value.content, pairs.count == 1,
            let hex = value.value(of: "hex")
        {
            return hexadecimal(hex).map(PolicyTest.Packet.bytes)
        }
        let before = errors
        let match = MatchDraft.read(
            value, subject: subject, what: subject, by: MatchDraft.packetTable, self)
        let packet = PacketValues(value: value, reading: self).description(match.keys)
        // What could not be read would seem to contradict the rest.
        guard errors == before else { return nil }
        do throws(PacketConflict) {
            _ = try packet.frame()
            return .described(packet)
        } catch {
            self.error(
                "invalid-packet", "\(subject): \(error.message)",
                at: value.value(of: error.key.rawValue) ?? value)
            return nil
        }
    }
}

/// The one value that each key of a packet has, out of the terms of a match.
private struct PacketValues {
    /// The packet.
    let value: YAMLValue
    let reading: Reading

    func description(_ keys: MatchKeys) -> PacketDescription {
        var packet = PacketDescription()
        packet.src = one(.src, keys.src, Self.address)
        packet.dst = one(.dst, keys.dst, Self.address)
        packet.proto = one(.proto, keys.proto) { $0 }
        packet.sport = one(.sport, keys.sport, Self.port)
        packet.dport = one(.dport, keys.dport, Self.port)
        packet.tcpFlags = one(.tcpFlags, keys.tcpFlags) { $0.set }
        packet.icmpType = one(.icmpType, keys.icmpType.map { [$0] }) { .init($0) }
        packet.family = one(.family, keys.family) { $0 }
        packet.etherType = one(.etherType, keys.etherType) {
            Self.single($0).map(EtherType.init(rawValue:))
        }
        packet.vlan = vlan(keys.vlan)
        packet.fragment = keys.fragment
        packet.length = one(.length, keys.length, Self.single)
        packet.ttl = one(.ttl, keys.ttl, Self.single)
        packet.dscp = one(.dscp, keys.dscp, Self.single)
        packet.extHeader = one(.extHeader, keys.extHeader) { $0 }
        packet.mark = one(.mark, keys.mark, Self.single)
        return packet
    }

    /// The value of a key; nil without one, and after an error.
    private func one<Term, Value>(
        _ key: PacketDescription.Key, _ terms: [Term]?, _ value: (Term) -> Value?
    ) -> Value? {
        guard let terms, let term = terms.first else { return nil }
        if terms.count == 1, let value = value(term) { return value }
        reportSeveral(key)
        return nil
    }

    private func reportSeveral(_ key: PacketDescription.Key) {
        guard let value = value.value(of: key.rawValue) else { return }
        reading.error(
            "invalid-packet",
            "'\(key.rawValue)' of a packet has one value, not \(value.kind)",
            hint: "write a test for each", at: value)
    }

    /// `none` is a value, too.
    private func vlan(_ terms: [VLANTerm]?) -> UInt16? {
        if terms == [.untagged] { return nil }
        return one(.vlan, terms) { term in
            if case .ids(let ids) = term { Self.single(ids) } else { nil }
        }
    }

    private static func single<Value>(_ range: ClosedRange<Value>) -> Value? {
        range.lowerBound == range.upperBound ? range.lowerBound : nil
    }

    private static func address(_ term: AddressTerm) -> IPAddress? {
        switch term {
        case .prefix(.v4(let prefix)): prefix.length == 32 ? .v4(prefix.address) : nil
        case .prefix(.v6(let prefix)): prefix.length == 128 ? .v6(prefix.address) : nil
        case .range, .set: nil
        }
    }

    private static func port(_ term: PortTerm) -> UInt16? {
        guard case .range(let range) = term, range.lower == range.upper else { return nil }
        return range.lower
    }
}

extension PacketDescription.ICMPMessage {
    /// The one message that terms mean: a name may be a type of each protocol. Nil for several.
    init?(_ terms: [ICMPTerm]) {
        var types: [IPProtocol: UInt8] = [:]
        for term in terms {
            guard term.types.count == 1, types[term.proto] == nil else { return nil }
            types[term.proto] = term.types.lowerBound
        }
        guard let first = terms.first, first.codes?.count ?? 1 == 1 else { return nil }
        self.init(
            icmp: types[.icmp], icmpv6: types[.icmpv6], code: first.codes?.lowerBound ?? 0)
    }
}
