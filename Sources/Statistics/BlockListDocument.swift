public import Datapath
internal import Foundation
internal import NetTypes

/// The JSON document of `netctl block list -o json`.
public struct BlockListDocument: Encodable, Sendable {
    let version = 1
    let capacity: Int
    let entries: [Entry]

    struct Entry: Encodable {
        let prefix: String
        let addedAt: String
        @ExplicitNull var expiresAt: String?
        @ExplicitNull var reason: String?
        let packets: UInt64
        let bytes: UInt64

        enum CodingKeys: String, CodingKey {
            case prefix
            case addedAt = "added_at"
            case expiresAt = "expires_at"
            case reason, packets, bytes
        }
    }

    /// The document of some entries.
    public init(_ entries: [BlockEntry]) {
        capacity = BlockList.capacity
        self.entries = entries.map { entry in
            Entry(
                prefix: entry.prefix.description, addedAt: entry.added.formatted(.iso8601),
                expiresAt: entry.expires?.formatted(.iso8601),
                reason: entry.reason.isEmpty ? nil : entry.reason, packets: entry.count.packets,
                bytes: entry.count.bytes)
        }
    }
}
