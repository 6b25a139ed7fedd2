public import Policy

extension ReferenceInterpreter {
    /// What happens to one packet.
    public struct Judgement: Hashable, Sendable, CustomStringConvertible {
        /// What happens to it.
        public let verdict: Verdict
        /// Why.
        public let reason: Reason
        /// The rule that decided, with reason `rule` or `monitor`.
        public let rule: Name?
        /// The rules that counted it and went on, in the order of the filter.
        public let counted: [Name]

        /// Makes a judgement.
        public init(
            _ verdict: Verdict, _ reason: Reason, rule: Name? = nil, counted: [Name] = []
        ) {
            self.verdict = verdict
            self.reason = reason
            self.rule = rule
            self.counted = counted
        }

        /// `drop (rule web), counted by a, b`.
        public var description: String {
            let rule = rule.map { " \($0)" } ?? ""
            let names = counted.map(\.text).joined(separator: ", ")
            return "\(verdict) (\(reason.rawValue)\(rule))"
                + (counted.isEmpty ? "" : ", counted by \(names)")
        }
    }
}
