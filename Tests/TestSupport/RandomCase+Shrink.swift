internal import NetTypes
internal import Policy
internal import PolicyCompiler

extension RandomCase {
    /// The smallest case near this one for which `fails` is still true: fewer rules, keys, elements
    /// of lists and sets, and a shorter packet with more zeros.
    ///
    /// - Parameters:
    ///   - minimumLength: The packet gets no shorter.
    ///   - fails: Whether a case still shows what is wrong; true for this one.
    /// - Returns: A case for which `fails` is true.
    /// - Throws: What `fails` throws.
    public func shrunk<Failure: Error>(
        minimumLength: Int = 0, while fails: (RandomCase) throws(Failure) -> Bool
    ) throws(Failure) -> RandomCase {
        var best = self
        while let smaller = try best.smaller(minimumLength, while: fails) { best = smaller }
        return best
    }

    /// Removes something. There is an end to that.
    private typealias Change = (inout RandomCase) -> Void

    /// The rules first: while they are many, there are too many keys to try.
    private func smaller<Failure: Error>(
        _ minimumLength: Int, while fails: (RandomCase) throws(Failure) -> Bool
    ) throws(Failure) -> RandomCase? {
        let kinds = [
            ruleChanges, keyChanges, setChanges, { self.packetChanges(minimumLength) },
        ]
        for changes in kinds {
            for change in changes() {
                var candidate = self
                change(&candidate)
                if try fails(candidate) { return candidate }
            }
        }
        return nil
    }

    private func ruleChanges() -> [Change] {
        parts(of: policy.filter.rules.count).map { part in
            { $0.policy.filter.rules.removeSubrange(part) }
        }
    }

    private func keyChanges() -> [Change] {
        policy.filter.rules.indices.flatMap { index in
            [\Match.keys, \Match.not].flatMap { keyChanges(index, $0) }
        }
    }

    private func keyChanges(_ index: Int, _ part: WritableKeyPath<Match, MatchKeys>) -> [Change] {
        let keys = policy.filter.rules[index].match[keyPath: part]
        guard keys != MatchKeys() else { return [] }
        var changes: [Change] = []
        func set(_ change: @escaping (inout MatchKeys) -> Void) {
            changes.append { change(&$0.policy.filter.rules[index].match[keyPath: part]) }
        }
        func shorten<Term>(_ key: WritableKeyPath<MatchKeys, [Term]?>) {
            guard let terms = keys[keyPath: key] else { return }
            set { $0[keyPath: key] = nil }
            for part in parts(of: terms.count) where part.count < terms.count {
                var shorter = terms
                shorter.removeSubrange(part)
                set { $0[keyPath: key] = shorter }
            }
        }
        set { $0 = MatchKeys() }
        shorten(\.src)
        shorten(\.dst)
        shorten(\.proto)
        shorten(\.sport)
        shorten(\.dport)
        shorten(\.tcpFlags)
        shorten(\.icmpType)
        shorten(\.family)
        shorten(\.etherType)
        shorten(\.vlan)
        if keys.fragment != nil { set { $0.fragment = nil } }
        shorten(\.length)
        shorten(\.ttl)
        shorten(\.dscp)
        shorten(\.extHeader)
        shorten(\.mark)
        return changes
    }

    private func setChanges() -> [Change] {
        var changes: [Change] = []
        for (index, set) in policy.sets.enumerated() {
            if !isUsed(set.name) {
                changes.append { $0.policy.sets.remove(at: index) }
                continue
            }
            func replace(_ contents: SetContents) {
                changes.append { $0.policy.sets[index].contents = contents }
            }
            switch set.contents {
            case .ports(let ports):
                for part in parts(of: ports.count) {
                    var shorter = ports
                    shorter.removeSubrange(part)
                    replace(.ports(shorter))
                }
            case .addresses(let addresses):
                for part in parts(of: addresses.ipv4.count) {
                    var shorter = addresses.ipv4
                    shorter.removeSubrange(part)
                    replace(.addresses(AddressSet(ipv4: shorter, ipv6: addresses.ipv6)))
                }
                for part in parts(of: addresses.ipv6.count) {
                    var shorter = addresses.ipv6
                    shorter.removeSubrange(part)
                    replace(.addresses(AddressSet(ipv4: addresses.ipv4, ipv6: shorter)))
                }
            }
        }
        return changes
    }

    private func isUsed(_ set: Name) -> Bool {
        policy.filter.rules.flatMap { [$0.match.keys, $0.match.not] }.contains { keys in
            keys.src?.contains(.set(set)) == true || keys.dst?.contains(.set(set)) == true
                || keys.sport?.contains(.set(set)) == true
                || keys.dport?.contains(.set(set)) == true
        }
    }

    private func packetChanges(_ minimumLength: Int) -> [Change] {
        var changes: [Change] = []
        let excess = packet.bytes.count - minimumLength
        for count in [excess, excess / 2, 1] where count > 0 && count <= excess {
            changes.append { $0.packet.bytes.removeLast(count) }
        }
        for index in packet.bytes.indices where packet.bytes[index] != 0 {
            changes.append { $0.packet.bytes[index] = 0 }
        }
        if packet.tag != nil { changes.append { $0.packet.tag = nil } }
        if let mark = packet.mark, mark != 0 { changes.append { $0.packet.mark = 0 } }
        return changes
    }

    /// What to leave out of a list: all, each half, each quarter, … each element.
    private func parts(of count: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var size = count
        while size > 0 {
            for start in stride(from: 0, to: count, by: size) {
                parts.append(start..<min(start + size, count))
            }
            size /= 2
        }
        return parts
    }
}
