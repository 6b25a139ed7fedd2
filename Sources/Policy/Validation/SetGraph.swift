/// Sets of sets, and the order in which they can be joined.
struct SetGraph {
    private enum State { case open, done }

    private let drafts: [Name: SetDraft]
    private let names: [Name]
    private var states: [Name: State] = [:]
    private var path: [Name] = []
    private var order: [SetDraft] = []

    init(_ drafts: [SetDraft]) {
        self.drafts = Dictionary(drafts.map { ($0.name, $0) }) { first, _ in first }
        names = drafts.map(\.name)
    }

    /// The sets, each behind its members. A set that holds itself is reported.
    mutating func membersFirst(_ reading: Reading) -> [SetDraft] {
        for name in names { visit(name, from: nil, reading) }
        return order
    }

    // The depth is bounded by the number of sets.
    private mutating func visit(_ name: Name, from location: SourceLocation?, _ reading: Reading) {
        guard let draft = drafts[name], states[name] != .done else { return }
        if states[name] == .open {
            let cycle = path.drop { $0 != name } + [name]
            reading.report(
                .error, "set-cycle",
                "set '\(name)' holds itself: \(cycle.map(\.text).joined(separator: " → "))",
                at: location ?? draft.location)
            return
        }
        states[name] = .open
        path.append(name)
        if case .sets(let members)? = draft.contents {
            for (index, member) in members.enumerated() {
                let place = index < draft.locations.count ? draft.locations[index] : nil
                visit(member, from: place, reading)
            }
        }
        path.removeLast()
        states[name] = .done
        order.append(draft)
    }
}
