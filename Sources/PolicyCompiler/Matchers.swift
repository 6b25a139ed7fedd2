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

    /// Rules as numbers too: most terms belong to one rule, and a row of a large filter is long.
    private struct Numbers {
        var rules: [Int] = []
        var refusals: [Int] = []
    }

    /// By first rule, ascending.
    private(set) var all: [Matcher] = []
    /// Of each matcher.
    private var numbers: [Numbers] = []
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
                numbers[matcher].rules.append(number)
            }
            for terms in unwanted ?? [] {
                let matcher = self.number(of: terms, ruleCount: rules.count, &known)
                all[matcher].refusals.insert(number)
                numbers[matcher].refusals.append(number)
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
        numbers.append(Numbers())
        return all.count - 1
    }

    /// The rules that a value of this class may satisfy.
    func rules(satisfying members: Row) -> Row {
        var row = indifferent
        row.formUnion(unlessRefused)
        members.forEach { matcher in
            let few = numbers[matcher].rules
            if few.count < row.words.count {
                for rule in few { row.insert(rule) }
            } else {
                row.formUnion(all[matcher].rules)
            }
        }
        guard hasRefusals else { return row }
        members.forEach { matcher in
            let few = numbers[matcher].refusals
            if few.count < row.words.count {
                for rule in few { row.remove(rule) }
            } else {
                row.subtract(all[matcher].refusals)
            }
        }
        return row
    }

    /// The rules that some value may satisfy.
    var everyRule: Row {
        var row = indifferent
        row.formUnion(unlessRefused)
        return all.reduce(into: row) { $0.formUnion($1.rules) }
    }
}
