internal import Foundation

/// In which order the lengths of prefixes are looked at: a binary tree, at each node of which an entry
/// that is found leads to longer prefixes, and none to shorter ones.
struct LengthTree: Equatable {
    /// Where a search goes on; 0 ends it.
    struct Node: Equatable {
        var shorter = 0
        var longer = 0
    }

    /// Where the search begins; 0 when there are no prefixes.
    private(set) var first = 0
    /// By length.
    private(set) var nodes: [Node] = Array(repeating: Node(), count: 129)

    /// The cheapest tree of at most `stepsMax` steps.
    ///
    /// Packets are taken to be inside of the set as often as outside of it. What is outside fails at
    /// every step, and so goes to the shortest length; what is inside is spread evenly over the
    /// prefixes. A step costs more the more entries its length has, for caches hold fewer of them.
    ///
    /// - Parameters:
    ///   - prefixes: How many prefixes there are of each length.
    ///   - beginnings: How many different beginnings of each length prefixes of that length and longer
    ///     have.
    ///   - stepsMax: How deep the tree may be.
    init(prefixes: [Int], beginnings: [Int], stepsMax: Int) {
        let lengths = (1...128).filter { prefixes[$0] > 0 }
        guard !lengths.isEmpty else { return }
        var search = Search(
            prefixes: lengths.map { prefixes[$0] }, beginnings: lengths.map { beginnings[$0] })
        let fewest = Int.bitWidth - lengths.count.leadingZeroBitCount
        precondition(fewest <= stepsMax, "a tree of all lengths is that deep")
        first = place(0..<lengths.count, stepsMax, lengths, &search)
    }

    /// Builds the tree of some lengths and returns the length at its root.
    private mutating func place(
        _ range: Range<Int>, _ steps: Int, _ lengths: [Int], _ search: inout Search
    ) -> Int {
        guard !range.isEmpty else { return 0 }
        let root = search.best(range, steps).root
        let length = lengths[root]
        nodes[length] = Node(
            shorter: place(range.lowerBound..<root, steps - 1, lengths, &search),
            longer: place(root + 1..<range.upperBound, steps - 1, lengths, &search))
        return length
    }

    /// The lengths, looked at before `length` is, that prefixes of it have to be entered at, too.
    func markers(of length: Int) -> [Int] {
        var markers: [Int] = []
        var node = first
        while node != length, node != 0 {
            if node < length { markers.append(node) }
            node = node < length ? nodes[node].longer : nodes[node].shorter
        }
        return markers
    }
}

/// Optimal binary search trees by dynamic programming (Knuth, "Optimum binary search trees", 1971).
private struct Search {
    struct Choice {
        let cost: Double
        let root: Int
    }

    private let prefixes: [Int]
    private let beginnings: [Int]
    private var known: [Int: Choice] = [:]
    private let all: Int

    init(prefixes: [Int], beginnings: [Int]) {
        self.prefixes = prefixes
        self.beginnings = beginnings
        all = prefixes.reduce(0, +)
    }

    /// The best root of a range of lengths, and what searching there costs.
    mutating func best(_ range: Range<Int>, _ steps: Int) -> Choice {
        let key = (range.lowerBound << 8 | range.upperBound) << 8 | steps
        if let choice = known[key] { return choice }
        let inside = range.reduce(0) { $0 + prefixes[$1] }
        // What is outside fails everywhere: it comes to the range of the shortest length alone.
        let packets = Double(inside + (range.lowerBound == 0 ? all : 0))
        let room = 1 << (steps - 1)
        var best = Choice(cost: .infinity, root: range.lowerBound)
        var longer = 0
        for root in range.reversed() {
            longer += prefixes[root]
            let (below, above) = (range.lowerBound..<root, root + 1..<range.upperBound)
            guard below.count < room, above.count < room else { continue }
            var cost = packets * Self.cost(entries: min(longer, beginnings[root]))
            if !below.isEmpty { cost += self.best(below, steps - 1).cost }
            if !above.isEmpty { cost += self.best(above, steps - 1).cost }
            if cost < best.cost { best = Choice(cost: cost, root: root) }
        }
        known[key] = best
        return best
    }

    /// What a step takes, roughly in nanoseconds: with each doubling fewer entries, of some 28 bytes,
    /// are in caches.
    private static func cost(entries: Int) -> Double {
        10 + 5 * max(0, log2(Double(entries * 28) / Double(32 << 10)))
    }
}
