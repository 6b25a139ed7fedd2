import NetTypes

/// Addresses, and names of sets that stand for what is in them.
struct AddressUnion: Hashable, Sendable {
    var v4: IntervalSet<UInt32>
    var v6: IntervalSet<UInt128>
    var tokens: Set<Name>

    /// The ranges of a union, in any order.
    struct Parts {
        var v4: [ClosedRange<UInt32>] = []
        var v6: [ClosedRange<UInt128>] = []
        var tokens: Set<Name> = []
    }

    init(_ parts: Parts) {
        v4 = IntervalSet(parts.v4)
        v6 = IntervalSet(parts.v6)
        tokens = parts.tokens
    }

    /// Every address.
    static let all = AddressUnion(Parts(v4: [0 ... .max], v6: [0 ... .max]))
    /// No address.
    static let none = AddressUnion(Parts())

    /// Whether it is known to hold no address.
    var isEmpty: Bool { v4.isEmpty && v6.isEmpty && tokens.isEmpty }

    /// Whether it is known to hold all of the other one.
    func covers(_ other: AddressUnion) -> Bool {
        self == .all
            || other.tokens.isSubset(of: tokens) && other.v4.isSubset(of: v4)
                && other.v6.isSubset(of: v6)
    }
}

/// The addresses that `src` or `dst` of a match and of its `not` leave.
struct AddressSpace: Hashable, Sendable {
    /// What is in, if it is not in ``excluded``.
    var included: AddressUnion
    /// What is out; empty where intervals alone could say it.
    var excluded: AddressUnion

    /// Makes a space; nil stands for a key that is not given.
    init(_ included: AddressUnion?, excluding excluded: AddressUnion?) {
        self.included = included ?? .all
        self.excluded = excluded ?? .none
        guard self.included.tokens.isEmpty else { return }
        self.included.v4 = self.included.v4.subtracting(self.excluded.v4)
        self.included.v6 = self.included.v6.subtracting(self.excluded.v6)
        // What is taken out already excludes nothing more, and the tokens alone are left.
        self.excluded.v4 = IntervalSet()
        self.excluded.v6 = IntervalSet()
    }

    /// Whether it is known to hold no address.
    var isEmpty: Bool { included.isEmpty }

    /// Whether it is known to hold all of the other one; false where that is not known.
    func covers(_ other: AddressSpace) -> Bool {
        guard included.covers(other.included), excluded.tokens.isSubset(of: other.excluded.tokens)
        else { return false }
        guard other.included.tokens.isEmpty else {
            return excluded.v4.isSubset(of: other.excluded.v4)
                && excluded.v6.isSubset(of: other.excluded.v6)
        }
        return excluded.v4.intersection(other.included.v4).isEmpty
            && excluded.v6.intersection(other.included.v6).isEmpty
    }

    /// The types of the frames whose addresses are in it; a set may hold both.
    var etherTypes: IntervalSet<UInt32> {
        guard included.tokens.isEmpty else { return EtherType.ip }
        let types = [
            included.v4.isEmpty ? nil : EtherType.ipv4, included.v6.isEmpty ? nil : EtherType.ipv6,
        ]
        return IntervalSet(types.compactMap { $0 }.flatMap { $0.alone.ranges })
    }
}
