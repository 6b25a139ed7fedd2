/// What is wrong with a packet in words, and with which word.
public struct PacketWordsError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let message: String
    private let text: String
    private let start: Int
    private let length: Int

    init(_ message: String, hint: String?, text: String, start: Int, length: Int) {
        self.message = message + (hint.map { "; \($0)" } ?? "")
        self.text = text
        self.start = start
        self.length = length
    }

    /// The message, and below it the words with a caret.
    public var description: String {
        guard !text.isEmpty, text.count <= 1000 else { return message }
        let caret =
            String(repeating: " ", count: start) + "^"
            + String(repeating: "~", count: max(0, length - 1))
        return "\(message)\n  \(text)\n  \(caret)"
    }
}
