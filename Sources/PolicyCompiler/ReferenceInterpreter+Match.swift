internal import NetTypes
internal import Packets
internal import Policy

/// Whether a key, or all keys of a rule, hold for a packet.
enum ReferenceAnswer {
    case holds, fails
    /// It depends on bytes that cannot be read.
    case unreadable

    /// Both together.
    func and(_ other: ReferenceAnswer) -> ReferenceAnswer {
        if self == .fails || other == .fails { return .fails }
        return self == .unreadable ? .unreadable : other
    }
}

extension ReferenceField {
    /// A key holds for a packet that has the field, with a value that the key names; a negated key
    /// for one that has the field, with any other value.
    func answer(_ isNegated: Bool, _ names: (Value) -> Bool) -> ReferenceAnswer {
        switch self {
        case .value(let value): names(value) != isNegated ? .holds : .fails
        case .absent: .fails
        case .unreadable: .unreadable
        }
    }
}

extension ReferenceInterpreter {
    /// All keys that are given must hold, and each one under `not` must not.
    ///
    /// One key that fails settles it, whatever cannot be read.
    func answer(_ match: Match, _ packet: ReferencePacket) -> ReferenceAnswer {
        var answer = ReferenceAnswer.holds
        forEachKey(of: match, packet) { answer = answer.and($2) }
        return answer
    }

    /// The answer of each key that is given, and whether it stands under `not`.
    func forEachKey(
        of match: Match, _ packet: ReferencePacket,
        _ body: (_ key: PacketDescription.Key, _ isNegated: Bool, ReferenceAnswer) -> Void
    ) {
        forEachKey(of: match.keys, isNegated: false, packet) { body($0, false, $1) }
        forEachKey(of: match.not, isNegated: true, packet) { body($0, true, $1) }
    }

    /// All keys that are given; a list means any of its elements.
    private func forEachKey(
        of keys: MatchKeys, isNegated: Bool, _ packet: ReferencePacket,
        _ body: (PacketDescription.Key, ReferenceAnswer) -> Void
    ) {
        func look<Key, Value>(
            _ name: PacketDescription.Key, _ key: Key?, at field: ReferenceField<Value>,
            _ names: (Key, Value) -> Bool
        ) {
            guard let key else { return }
            body(name, field.answer(isNegated) { names(key, $0) })
        }
        let transport = packet.transport
        look(.src, keys.src, at: packet.source, contains)
        look(.dst, keys.dst, at: packet.destination, contains)
        look(.proto, keys.proto, at: packet.proto) { $0.contains($1) }
        look(.sport, keys.sport, at: transport.sport, contains)
        look(.dport, keys.dport, at: transport.dport, contains)
        look(.tcpFlags, keys.tcpFlags, at: transport.tcpFlags) { terms, flags in
            terms.contains { flags.isSuperset(of: $0.set) && flags.isDisjoint(with: $0.clear) }
        }
        look(.icmpType, keys.icmpType, at: transport.icmpType) { terms, message in
            terms.contains { $0.names(message) }
        }
        look(.family, keys.family, at: .value(packet.etherType)) { types, type in
            types.contains { $0.rawValue == type }
        }
        look(.etherType, keys.etherType, at: .value(packet.etherType), any(of:_:))
        look(.vlan, keys.vlan, at: .value(packet.vlan)) { terms, vlan in
            terms.contains { $0.names(vlan) }
        }
        look(.fragment, keys.fragment, at: packet.fragment) { $0 == $1 }
        look(.length, keys.length, at: packet.length, any(of:_:))
        look(.ttl, keys.ttl, at: packet.ttl, any(of:_:))
        look(.dscp, keys.dscp, at: packet.dscp, any(of:_:))
        look(.extHeader, keys.extHeader, at: packet.extHeaders) { wanted, there in
            wanted.contains { there.contains($0) }
        }
        look(.mark, keys.mark, at: packet.mark, any(of:_:))
    }

    /// Whether any of the ranges has the value.
    private func any<Value>(of ranges: [ClosedRange<Value>], _ value: Value) -> Bool {
        ranges.contains { $0.contains(value) }
    }

    private func contains(_ terms: [AddressTerm], _ address: IPAddress) -> Bool {
        terms.contains { term in
            switch (term, address) {
            case (.prefix(.v4(let prefix)), .v4(let address)): prefix.contains(address)
            case (.prefix(.v6(let prefix)), .v6(let address)): prefix.contains(address)
            case (.range(.v4(let range)), .v4(let address)):
                range.lower <= address && address <= range.upper
            case (.range(.v6(let range)), .v6(let address)):
                range.lower <= address && address <= range.upper
            case (.set(let name), .v4(let address)):
                addressSets[name]?.ipv4.contains { $0.contains(address) } ?? false
            case (.set(let name), .v6(let address)):
                addressSets[name]?.ipv6.contains { $0.contains(address) } ?? false
            default: false
            }
        }
    }

    private func contains(_ terms: [PortTerm], _ port: UInt16) -> Bool {
        terms.contains { term in
            switch term {
            case .range(let range): range.contains(port)
            case .set(let name): portSets[name]?.contains { $0.contains(port) } ?? false
            }
        }
    }
}

extension ICMPTerm {
    fileprivate func names(_ message: ReferenceTransport.ICMPType) -> Bool {
        proto == message.proto && types.contains(message.type)
            && (codes?.contains(message.code) ?? true)
    }
}

extension VLANTerm {
    fileprivate func names(_ vlan: UInt16?) -> Bool {
        switch (self, vlan) {
        case (.untagged, nil), (.tagged, _?): true
        case (.ids(let ids), let vlan?): ids.contains(vlan)
        case (.untagged, _?), (.tagged, nil), (.ids, nil): false
        }
    }
}

extension Match {
    /// Whether it may be for frames that are not IP: it says something of what they have.
    var isForNonIP: Bool {
        [keys, not].contains { $0.family != nil || $0.etherType != nil || $0.vlan != nil }
    }
}
