internal import Policy

/// What the rules of a filter look for in one dimension: equal terms once, with all rules that
/// have them. A rule is satisfied when any of its matchers is and none that it refuses.
struct Matchers<Term: Hashable> {
    /// Terms, any of which will do.
    struct Matcher {
        let terms: [Term]
        /// The rules that want one of the terms.
        var rules: Row
        /// The rules that want none of them.
        var refusals: Row
    }

    /// By first rule, ascending.
    private(set) var all: [Matcher] = []
    /// The rules that do not look.
    private(set) var indifferent: Row
    /// The rules that only refuse.
    private(set) var unlessRefused: Row
    /// Whether any rule refuses anything.
    private(set) var hasRefusals = false

    /// `wanted` and `unwanted` give the terms of a match in the parts that other rules may share;
    /// nil when it does not look.
    init(
        _ rules: [Rule], wanted: (Match) -> [[Term]]?,
        unwanted: (Match) -> [[Term]]? = { _ in nil }
    ) {
        indifferent = Row(count: rules.count)
        unlessRefused = indifferent
        var known: [[Term]: Int] = [:]
        for (number, rule) in rules.enumerated() {
            let (wanted, unwanted) = (wanted(rule.match), unwanted(rule.match))
            switch (wanted, unwanted) {
            case (nil, nil): indifferent.insert(number)
            case (nil, _?): unlessRefused.insert(number)
            case (_?, _): break
            }
            for terms in wanted ?? [] {
                let matcher = self.number(of: terms, ruleCount: rules.count, &known)
                all[matcher].rules.insert(number)
            }
            for terms in unwanted ?? [] {
                let matcher = self.number(of: terms, ruleCount: rules.count, &known)
                all[matcher].refusals.insert(number)
                hasRefusals = true
            }
        }
    }

    private mutating func number(
        of terms: [Term], ruleCount: Int, _ known: inout [[Term]: Int]
    ) -> Int {
        if let number = known[terms] { return number }
        known[terms] = all.count
        let none = Row(count: ruleCount)
        all.append(Matcher(terms: terms, rules: none, refusals: none))
        return all.count - 1
    }

    /// The rules that a value of this class may satisfy.
    func rules(satisfying members: Row) -> Row {
        var row = indifferent
        row.formUnion(unlessRefused)
        members.forEach { row.formUnion(all[$0].rules) }
        if hasRefusals { members.forEach { row.subtract(all[$0].refusals) } }
        return row
    }

    /// The rules that some value may satisfy.
    var everyRule: Row {
        var row = indifferent
        row.formUnion(unlessRefused)
        return all.reduce(into: row) { $0.formUnion($1.rules) }
    }
}
