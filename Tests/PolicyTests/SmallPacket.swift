import NetTypes
import Policy

/// The fields of a frame; nil is a field that it has not.
struct SmallPacket {
    var etherType: UInt16 = 0
    var vlan: UInt16?
    var mark: UInt32 = 0
    var src: IPAddress?
    var dst: IPAddress?
    var proto: IPProtocol?
    var sport: UInt16?
    var dport: UInt16?
    var flags: TCPFlags?
    var icmp: (proto: IPProtocol, type: UInt8)?
    var fragment: Bool?
    var length: UInt16?
    var ttl: UInt8?
    var dscp: UInt8?
    var headers: Set<ExtensionHeader>?

    /// Whether a match holds, as the contract words it.
    func matches(_ match: Match) -> Bool {
        let looksAtFrames = [match.keys, match.not].contains {
            $0.family != nil || $0.etherType != nil || $0.vlan != nil
        }
        guard src != nil || looksAtFrames else { return false }
        return answers(match.keys).allSatisfy { $0 == true }
            && answers(match.not).allSatisfy { $0 == false }
    }

    /// Of each key that is given, whether it names the field's value; nil without the field.
    private func answers(_ keys: MatchKeys) -> [Bool?] {
        func answer<Key, Value>(
            _ key: Key?, _ field: Value?, _ names: (Key, Value) -> Bool
        ) -> [Bool?] {
            guard let key else { return [] }
            return [field.map { names(key, $0) }]
        }
        func any<Value>(_ ranges: [ClosedRange<Value>], _ value: Value) -> Bool {
            ranges.contains { $0.contains(value) }
        }
        var answers = answer(keys.src, src, Self.holds) + answer(keys.dst, dst, Self.holds)
        answers += answer(keys.proto, proto) { $0.contains($1) }
        answers += answer(keys.sport, sport, Self.holds) + answer(keys.dport, dport, Self.holds)
        answers += answer(keys.tcpFlags, flags) { terms, flags in
            terms.contains { flags.isSuperset(of: $0.set) && flags.isDisjoint(with: $0.clear) }
        }
        answers += answer(keys.icmpType, icmp) { terms, icmp in
            terms.contains { $0.proto == icmp.proto && $0.types.contains(icmp.type) }
        }
        answers += answer(keys.family, etherType) { $0.map(\.rawValue).contains($1) }
        answers += answer(keys.etherType, etherType, any)
        answers += answer(keys.vlan, .some(vlan)) { terms, vlan in
            terms.contains { term in
                switch term {
                case .untagged: vlan == nil
                case .tagged: vlan != nil
                case .ids(let ids): vlan.map(ids.contains) ?? false
                }
            }
        }
        answers += answer(keys.fragment, fragment) { $0 == $1 }
        answers += answer(keys.length, length, any) + answer(keys.ttl, ttl, any)
        answers += answer(keys.dscp, dscp, any) + answer(keys.mark, mark, any)
        answers += answer(keys.extHeader, headers) { !$1.isDisjoint(with: $0) }
        return answers
    }

    /// The sets of ``SmallPolicy``.
    private static func holds(_ terms: [AddressTerm], _ address: IPAddress) -> Bool {
        terms.contains { term in
            switch (term, address) {
            case (.prefix(.v4(let prefix)), .v4(let address)): prefix.contains(address)
            case (.prefix(.v6(let prefix)), .v6(let address)): prefix.contains(address)
            case (.range(.v4(let range)), .v4(let address)):
                (range.lower...range.upper).contains(address)
            case (.set(let name), _):
                name.text == "some"
                    ? ["10.1.2.3", "10.1.9.9", "2001:db8::1"].contains("\(address)")
                    : "\(address)".hasPrefix("10.") || "\(address)" == "2001:db8::1"
            default: false
            }
        }
    }

    private static func holds(_ terms: [PortTerm], _ port: UInt16) -> Bool {
        terms.contains { term in
            switch term {
            case .range(let range): range.contains(port)
            case .set: [1, 2].contains(port)
            }
        }
    }
}
