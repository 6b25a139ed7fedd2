internal import BPF

/// Tables that bodies of one filter have in common, whatever hooks they are on: a million addresses
/// are loaded once for all attachments of an apply.
struct SharedTables {
    /// Ids of maps, by name.
    let maps: [String: UInt32]

    /// Every table is a new one.
    static let none = SharedTables(maps: [:])

    /// What each attachment has for itself: rules name its counters and its interfaces.
    private static let own = Set(
        ["counters", "bodies", "limits", "rules", "redirect_to"] + AddressMaps.names
    ).union(BodyEvents.allMaps)

    /// - Parameter maps: Ids of maps, by name.
    init(maps: [String: UInt32]) { self.maps = maps }

    /// The tables of a body, which has to live for as long as they are used so; none where they may not
    /// be opened.
    init(of body: borrowing Program) throws {
        // Constants are in `.rodata`, and each body has its own.
        maps = try (body.mapsByName() ?? [:]).filter {
            !Self.own.contains($0.key) && !$0.key.contains(".")
        }
    }
}
