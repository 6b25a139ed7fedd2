/// One thing that was looked at or tried, and what it means.
public struct Finding: Encodable, Sendable {
    /// What becomes of it.
    public enum State: String, Encodable, Sendable {
        /// It is as it should be.
        case ok
        /// It is not there, and something does not work for want of it.
        case missing
        /// It is worth knowing.
        case note
    }

    /// What it belongs to: `kernel`, `program type`, `interface`.
    public let group: String
    /// What it is called.
    public let name: String
    /// What became of it.
    public let state: State
    /// What was found.
    public let value: String
    /// What does not work without it.
    public let cost: String?
    /// How to get it.
    public let remedy: String?

    /// Something that was found.
    public init(
        _ group: String, _ name: String, _ state: State, _ value: String, cost: String? = nil,
        remedy: String? = nil
    ) {
        self.group = group
        self.name = name
        self.state = state
        self.value = value
        self.cost = state == .missing ? cost : nil
        self.remedy = state == .missing ? remedy : nil
    }

    private enum CodingKeys: String, CodingKey {
        case group, name, state, value, cost, remedy
    }

    /// All keys are there, null where there is nothing to say.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(group, forKey: .group)
        try container.encode(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(value, forKey: .value)
        try container.encode(cost, forKey: .cost)
        try container.encode(remedy, forKey: .remedy)
    }
}
