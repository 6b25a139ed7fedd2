import NetTypes

/// What an attach entry says of sharing the XDP hook.
struct ShareKeys {
    var isShared = false
    var priority = XDPShare.defaultPriority

    /// The keys, which stand in the entry.
    static let keys: [Key<ShareKeys>] = [
        .optional("share", .boolean) { $1.isShared = $2.boolean($0, of: "share") ?? false },
        .optional("priority", .number(XDPShare.priorities)) { value, draft, reading in
            draft.priority = reading.priority(value) ?? draft.priority
        },
    ]

    /// What a schema says of them: each is nothing without another key.
    static let needs = JSONText.Member(
        key: "dependentRequired", value: ["share": ["xdp"], "priority": ["share"]])

    /// The share that the entry asks for.
    var share: XDPShare? { isShared ? XDPShare(priority: priority) : nil }
}

extension Reading {
    /// Reports what is said of sharing in vain.
    func checkShare(_ draft: AttachDraft, _ value: YAMLValue) {
        if let key = value.keys(among: ["share"]).first,
            !draft.uses.contains(where: { $0.hook == .xdp })
        {
            error(
                "missing-key", "'share' in \(draft.subject) is about the xdp hook",
                hint: "give it a filter: xdp: FILTER", at: key)
        } else if let key = value.keys(among: ["priority"]).first,
            value.keys(among: ["share"]).isEmpty
        {
            error(
                "missing-key", "'priority' in \(draft.subject) is about a shared hook",
                hint: "add share: true", at: key)
        }
    }

    fileprivate func priority(_ value: YAMLValue) -> Int? {
        guard let text = text(value, of: "a priority") else { return nil }
        guard let number = Decimal.parse(text), XDPShare.priorities.contains(number) else {
            let range = XDPShare.priorities
            error(
                "invalid-value", "'\(text.shortened)' is no priority",
                hint: "write a number from \(range.lowerBound) to \(range.upperBound); "
                    + "programs of smaller ones run first", at: value)
            return nil
        }
        return number
    }
}
