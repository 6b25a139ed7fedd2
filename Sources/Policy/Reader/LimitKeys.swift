import NetTypes

/// A limit that is being read.
struct LimitDraft {
    var rate: (packets: UInt32, period: Limit.Period)?
    var burst: UInt32?
    var per = Limit.Scope.all

    /// The keys of `limit:`.
    static let keys = KeyTable<LimitDraft>([
        .required("rate", .rate) { $1.rate = $2.rate($0) },
        .optional("burst", .number(LimitDraft.numbers)) {
            $1.burst = $2.limitNumber($0, of: "burst")
        },
        .optional("per", .choice(Limit.Scope.self)) { $1.per = $2.choice($0, of: "per") ?? .all },
    ])

    /// What a rate or a burst may be.
    static let numbers = 1...1_000_000_000
}

extension Shape {
    /// `1000/s`
    fileprivate static let rate = text(
        "\(Pattern.number(LimitDraft.numbers))/"
            + Pattern.any(of: Limit.Period.allCases.map(\.rawValue)))
}

extension Reading {
    /// The limit of a rule; nil after an error.
    func limit(_ value: YAMLValue, subject: String) -> Limit? {
        var draft = LimitDraft()
        LimitDraft.keys.read(value, into: &draft, subject: "'limit' of \(subject)", self)
        return draft.rate.map {
            Limit(packets: $0.packets, period: $0.period, burst: draft.burst, per: draft.per)
        }
    }

    /// `1000/s`
    fileprivate func rate(_ value: YAMLValue) -> (packets: UInt32, period: Limit.Period)? {
        let what = "packets per s, m or h, such as 1000/s"
        guard let text = text(value, of: what) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let period = Limit.Period(rawValue: String(parts[1])) else {
            error(
                "invalid-rate", "'\(text.shortened)' is no rate", hint: "write \(what)", at: value)
            return nil
        }
        return limitNumber(parts[0], of: "rate", at: value).map { ($0, period) }
    }

    fileprivate func limitNumber(_ value: YAMLValue, of key: String) -> UInt32? {
        text(value, of: "a number of packets").flatMap { limitNumber($0, of: key, at: value) }
    }

    private func limitNumber(
        _ text: some StringProtocol, of key: String, at value: YAMLValue
    ) -> UInt32? {
        guard let number = Decimal.parse(text), LimitDraft.numbers.contains(number) else {
            error(
                "invalid-number", "'\(String(text).shortened)' is no \(key)",
                hint: "it is a number from 1 to 1000000000", at: value)
            return nil
        }
        return UInt32(number)
    }
}
