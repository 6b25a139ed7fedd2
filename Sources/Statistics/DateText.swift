public import Foundation

/// Times as documents say them, `2026-11-26T01:24:45Z`. Long lists tell the same one again and again.
public struct DateText {
    private var latest: (second: Double, text: String)?

    /// Remembers nothing yet.
    public init() {}

    /// The text of a time, to the second.
    public mutating func text(of date: Date) -> String {
        let second = date.timeIntervalSince1970.rounded(.down)
        if let latest, latest.second == second { return latest.text }
        let text = date.formatted(.iso8601)
        latest = (second, text)
        return text
    }
}
