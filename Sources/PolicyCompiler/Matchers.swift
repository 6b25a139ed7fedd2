internal import Policy

/// What the rules of a filter look for in one dimension: equal terms once, with all rules that
/// have them. A rule is satisfied when any of its matchers is.
struct Matchers<Term: Hashable> {
    /// Terms, any of which will do.
    struct Matcher {
        let terms: [Term]
        var rules: Row
    }

    /// By first rule, ascending.
    private(set) var all: [Matcher] = []
    /// The rules that do not look.
    private(set) var indifferent: Row

    /// `groups` gives the terms of a match in the parts that other rules may share; nil when it does
    /// not look.
    init(_ rules: [Rule], groups: (Match) -> [[Term]]?) {
        indifferent = Row(count: rules.count)
        var known: [[Term]: Int] = [:]
        for (number, rule) in rules.enumerated() {
            guard let groups = groups(rule.match) else {
                indifferent.insert(number)
                continue
            }
            for terms in groups {
                let matcher = known[terms] ?? all.count
                if matcher == all.count {
                    known[terms] = matcher
                    all.append(Matcher(terms: terms, rules: Row(count: rules.count)))
                }
                all[matcher].rules.insert(number)
            }
        }
    }

    /// The rules that a value of this class may satisfy.
    func rules(satisfying members: Row) -> Row {
        var row = indifferent
        members.forEach { row.formUnion(all[$0].rules) }
        return row
    }

    /// The rules that some value may satisfy.
    var everyRule: Row {
        all.reduce(into: indifferent) { $0.formUnion($1.rules) }
    }
}
