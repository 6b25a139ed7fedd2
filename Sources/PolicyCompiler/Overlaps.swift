internal import NetTypes
internal import Policy

/// How the sets and lists of addresses that rules name overlap, for errors to say.
struct Overlaps {
    /// How many combinations of two and more of them there are.
    private(set) var combinations = 0
    /// Those that are in the most combinations, first.
    private(set) var largest: [String] = []

    /// How many of them an error names.
    private static let named = 8

    /// Looks at the classes of `src` or `dst`.
    init(_ classes: Combinations, of matchers: Matchers<AddressTerm>, _ rules: [Rule]) {
        var counts = Array(repeating: 0, count: matchers.all.count)
        for members in classes.members {
            var overlapping: [Int] = []
            members.forEach { overlapping.append($0) }
            guard overlapping.count > 1 else { continue }
            combinations += 1
            for matcher in overlapping { counts[matcher] += 1 }
        }
        largest = counts.indices.filter { counts[$0] > 0 }
            .sorted { (counts[$1], $0) < (counts[$0], $1) }
            .prefix(Self.named).map { Self.label(matchers.all[$0], rules) }
    }

    private static func label(_ matcher: Matchers<AddressTerm>.Matcher, _ rules: [Rule]) -> String {
        if let set = matcher.terms.first?.set { return "set '\(set)'" }
        let rule = matcher.rules.first ?? matcher.refusals.first
        return rule.map { "the addresses of rule '\(rules[$0].name)'" } ?? "addresses"
    }

    /// `overlap in 4095 ways, most of all set 'a', set 'b'`.
    var text: String {
        "overlap in \(combinations) ways, most of all \(largest.joined(separator: ", "))"
    }
}
