public import NetTypes

/// Addresses that are blocked, in plain Swift, beside the look-ups that programs do.
public struct ReferenceBlockList: Sendable {
    private let prefixes: [IPPrefix]
    private let isAboutDestinations: Bool

    /// Nothing is blocked.
    public static let empty = ReferenceBlockList([], ofDestinations: false)

    /// The prefixes in force.
    ///
    /// - Parameters:
    ///   - prefixes: The prefixes.
    ///   - isAboutDestinations: Whether it is asked about destinations: where packets leave.
    public init(_ prefixes: [IPPrefix], ofDestinations isAboutDestinations: Bool) {
        self.prefixes = prefixes
        self.isAboutDestinations = isAboutDestinations
    }

    /// Whether a packet is blocked.
    func holds(_ packet: ReferencePacket) -> Bool {
        let field = isAboutDestinations ? packet.destination : packet.source
        guard case .value(let address) = field else { return false }
        return prefixes.contains { prefix in
            switch (prefix, address) {
            case (.v4(let prefix), .v4(let address)): prefix.contains(address)
            case (.v6(let prefix), .v6(let address)): prefix.contains(address)
            default: false
            }
        }
    }
}
