/// How the XDP hook of an interface is shared with programs of others: through the dispatcher of libxdp.
public struct XDPShare: Hashable, Sendable, Codable {
    /// When it runs among them: programs of smaller numbers first.
    public let priority: Int

    /// What a program runs at that says nothing else: libxdp's own default.
    public static let defaultPriority = 50
    /// What a priority may be.
    public static let priorities = 0...65_535

    /// A share; nil for a priority that there is not.
    public init?(priority: Int = defaultPriority) {
        guard Self.priorities.contains(priority) else { return nil }
        self.priority = priority
    }
}
