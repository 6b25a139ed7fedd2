public import Datapath
internal import Foundation
internal import NetTypes

/// The JSON document of `netctl block list -o json`, written while entries are read: a million of them
/// are never held at once.
public struct BlockListDocument {
    private var dates = DateText()
    private var hasBegun = false
    private var hasEntries = false
    /// The last reason, and the same in JSON.
    private var latest: (reason: String, text: String)?

    /// A document without entries yet.
    public init() {}

    /// The beginning of the document, once, and some entries, behind those that were written before.
    public mutating func text(of entries: [BlockEntry]) -> String {
        var text = hasBegun ? "" : "{\"capacity\":\(BlockList.capacity),\"entries\":["
        hasBegun = true
        for entry in entries {
            if hasEntries { text += "," }
            hasEntries = true
            text += "{\"added_at\":\""
            text += dates.text(of: entry.added)
            text += "\",\"bytes\":\(entry.count.bytes),\"expires_at\":"
            text += entry.expires.map { "\"\(dates.text(of: $0))\"" } ?? "null"
            text += ",\"packets\":\(entry.count.packets),\"prefix\":\"\(entry.prefix)\",\"reason\":"
            text += entry.reason.isEmpty ? "null" : json(entry.reason)
            text += "}"
        }
        return text
    }

    /// What stands behind the entries.
    public let end = "],\"version\":1}"

    private mutating func json(_ reason: String) -> String {
        if let latest, latest.reason == reason { return latest.text }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let bytes = (try? encoder.encode(reason)) ?? Data("null".utf8)
        let text = String(decoding: bytes, as: UTF8.self)
        latest = (reason, text)
        return text
    }
}
