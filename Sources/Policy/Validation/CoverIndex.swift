import NetTypes

/// Which rules may cover which: those that hold one low and one high value of each field.
///
/// Rules are bits. One sweep over the sorted values of a field keeps the rules whose ranges hold
/// the current value, and narrows the candidates of each rule that has the value as its own lowest
/// or highest. n rules of r ranges cost O(r log r + n²/64) steps on words a field; 4,096 rules need
/// 2 MB. What is left is few enough to be compared key by key.
struct CoverIndex {
    private let words: Int
    /// Of each rule, a bit for each rule that may cover it.
    private var candidates: [UInt64]
    private let spaces: [MatchSpace?]
    private let isDeciding: [Bool]

    /// Indexes rules; nil stands for one that takes no part, and only deciding ones cover others.
    init(_ spaces: [MatchSpace?], isDeciding: [Bool]) {
        self.spaces = spaces
        self.isDeciding = isDeciding
        words = (spaces.count + 63) / 64
        candidates = []
        candidates.reserveCapacity(spaces.count * words)
        let deciding = bits { $0.isDeciding[$1] && $0.spaces[$1] != nil }
        for _ in spaces { candidates += deciding }
        for field in PacketField.allCases {
            narrow({ $0.keys.values[field] }, { $0.implied.values[field] })
        }
        narrow({ $0.keys.src?.included.v4 }, { $0.implied.src?.included.v4 })
        narrow({ $0.keys.src?.included.v6 }, { $0.implied.src?.included.v6 })
        narrow({ $0.keys.dst?.included.v4 }, { $0.implied.dst?.included.v4 })
        narrow({ $0.keys.dst?.included.v6 }, { $0.implied.dst?.included.v6 })
        narrowByToken({ $0.keys.src?.included }, { $0.implied.src?.included })
        narrowByToken({ $0.keys.dst?.included }, { $0.implied.dst?.included })
    }

    /// The earlier rules that may cover a rule, first ones first.
    func candidates(of rule: Int) -> some Sequence<Int> {
        (0...(rule / 64)).lazy.flatMap { word -> [Int] in
            var bits = candidates[rule * words + word]
            var found: [Int] = []
            while bits != 0 {
                let index = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                guard index < rule else { break }
                found.append(index)
            }
            return found
        }
    }

    private func bits(_ isIn: (CoverIndex, Int) -> Bool) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: words)
        for rule in spaces.indices where isIn(self, rule) {
            result[rule / 64] |= 1 << UInt64(rule % 64)
        }
        return result
    }

    /// Narrows by one field: `wanted` is what a rule asks of it, `had` what its packets have.
    private mutating func narrow<Bits>(
        _ wanted: (MatchSpace) -> IntervalSet<Bits>?, _ had: (MatchSpace) -> IntervalSet<Bits>?
    ) {
        var starts: [(value: Bits, rule: Int)] = []
        var ends: [(value: Bits, rule: Int)] = []
        var witnesses: [(value: Bits, rule: Int)] = []
        var isLooking = [UInt64](repeating: 0, count: words)
        var without: [Int] = []
        for (rule, space) in spaces.enumerated() {
            guard let space else { continue }
            if isDeciding[rule], let wanted = wanted(space) {
                isLooking[rule / 64] |= 1 << UInt64(rule % 64)
                starts += wanted.ranges.map { ($0.lowerBound, rule) }
                ends += wanted.ranges.map { ($0.upperBound, rule) }
            }
            guard let had = had(space) else {
                without.append(rule)
                continue
            }
            guard let first = had.ranges.first, let last = had.ranges.last else { continue }
            witnesses += [(first.lowerBound, rule), (last.upperBound, rule)]
        }
        guard isLooking.contains(where: { $0 != 0 }) else { return }
        starts.sort { $0.value < $1.value }
        ends.sort { $0.value < $1.value }
        witnesses.sort { $0.value < $1.value }
        for rule in without { keep(isLooking.map { ~$0 }, of: rule) }
        var active = isLooking.map { ~$0 }
        // Ranges of one rule never meet, so and a count says whether one holds the value.
        var open = [Int](repeating: 0, count: spaces.count)
        var (start, end) = (0, 0)
        for (value, rule) in witnesses {
            while start < starts.count, starts[start].value <= value {
                let opened = starts[start].rule
                open[opened] += 1
                active[opened / 64] |= 1 << UInt64(opened % 64)
                start += 1
            }
            while end < ends.count, ends[end].value < value {
                let closed = ends[end].rule
                open[closed] -= 1
                if open[closed] == 0 { active[closed / 64] &= ~(1 << UInt64(closed % 64)) }
                end += 1
            }
            keep(active, of: rule)
        }
    }

    private mutating func keep(_ bits: [UInt64], of rule: Int) {
        let base = rule * words
        for word in 0..<words { candidates[base + word] &= bits[word] }
    }

    /// A set that stands for itself is covered by those that name it, and by every address.
    private mutating func narrowByToken(
        _ wanted: (MatchSpace) -> AddressUnion?, _ had: (MatchSpace) -> AddressUnion?
    ) {
        var holders: [Name: [UInt64]] = [:]
        let others = bits { index, rule in
            guard let union = index.spaces[rule].flatMap(wanted) else { return true }
            return union == .all
        }
        for (rule, space) in spaces.enumerated() where isDeciding[rule] {
            for token in space.flatMap(wanted)?.tokens ?? [] {
                holders[token, default: others][rule / 64] |= 1 << UInt64(rule % 64)
            }
        }
        for (rule, space) in spaces.enumerated() {
            for token in (space.flatMap(had)?.tokens ?? []).prefix(4) {
                keep(holders[token] ?? others, of: rule)
            }
        }
    }
}
