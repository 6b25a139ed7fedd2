public import NetTypes
public import Policy

/// A filter and the sets that it uses, made to be difficult: prefixes of all lengths, nested and
/// overlapping, shared sets, ranges, lists, rules that hide others, keys that are negated.
public struct RandomPolicy: Equatable, Sendable {
    /// The filter.
    public var filter: Filter
    /// Every set that a rule may name.
    public var sets: [NamedSet]
    /// What is blocked before any rule is asked.
    public var blocked: [IPPrefix] = []
    /// What was, until it expired.
    public var expired: [IPPrefix] = []

    /// Makes a policy of a filter and its sets.
    public init(
        filter: Filter, sets: [NamedSet], blocked: [IPPrefix] = [], expired: [IPPrefix] = []
    ) {
        self.filter = filter
        self.sets = sets
        self.blocked = blocked
        self.expired = expired
    }

    /// Which keys rules may have.
    public enum Keys: Sendable {
        /// Addresses, protocols and ports.
        case few
        /// Every key, and `not`.
        case all
    }

    /// Makes a random policy.
    ///
    /// - Parameters:
    ///   - random: Where the choices come from.
    ///   - ruleCount: How many rules; nil for 0 to 200, mostly few.
    ///   - keys: Which keys rules may have.
    ///   - hook: What the filter is for: nothing is in it that this hook cannot do.
    public init(
        using random: inout SeededRandom, ruleCount: Int? = nil, keys: Keys = .all,
        for hook: Hook = .xdp
    ) {
        let terms = RandomTerms(using: &random)
        let style = Style(keys, for: hook, using: &random)
        let count =
            ruleCount
            ?? random.number(
                random.one(weighted: [
                    (4, 0...0), (40, 1...6), (30, 7...40), (18, 60...70), (8, 71...200),
                ]))
        let rules = (0..<count).map { number in
            Rule(
                name: literalName("r\(number)"), match: terms.match(style, using: &random),
                action: random.one(of: style.actions))
        }
        filter = Filter(
            name: literalName("random"), defaultVerdict: random.one(of: PassOrDrop.allCases),
            malformed: random.one(of: PassOrDrop.allCases),
            nonIP: random.one(of: PassOrDrop.allCases), rules: rules)
        sets = terms.sets
    }
}

/// The name that a literal in a test stands for; a bad one ends the process.
public func literalName(_ text: String) -> Name {
    do throws(NameError) {
        return try Name(text)
    } catch {
        preconditionFailure("'\(text)' is no name: \(error)")
    }
}
