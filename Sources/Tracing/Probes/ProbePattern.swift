internal import Glibc

/// Which probes are meant: `KIND:GLOB`, `GLOB` for every kind, `uprobe:PATH:GLOB` for a binary.
public struct ProbePattern: Sendable, Equatable {
    /// The kind; `nil` for all kinds but those in binaries.
    public let kind: ProbeKind?
    /// The binary, for uprobes and USDT.
    public let binary: String?
    /// A pattern of the shell's: `*`, `?`, `[abc]`.
    public let glob: String

    /// Reads a pattern.
    ///
    /// What stands before the first colon is a kind, or belongs to the name of a tracepoint: `skb:*`
    /// is the same as `tracepoint:skb:*`.
    ///
    /// - Parameter text: As it was typed.
    /// - Throws: ``TracingError`` for an empty one, or one that names no binary where it has to.
    public init(_ text: String) throws(TracingError) {
        guard let colon = text.firstIndex(of: ":") else {
            guard !text.isEmpty else {
                throw TracingError(
                    "list probes", "''", "the pattern is empty", hint: "'*' lists all of them")
            }
            (kind, binary, glob) = (nil, nil, text)
            return
        }
        guard let kind = ProbeKind(word: String(text[..<colon])) else {
            (self.kind, binary, glob) = (.tracepoint, nil, text)
            return
        }
        let rest = text[text.index(after: colon)...]
        self.kind = kind
        guard kind.isInBinary else {
            (binary, glob) = (nil, rest.isEmpty ? "*" : String(rest))
            return
        }
        let end = rest.lastIndex(of: ":") ?? rest.endIndex
        guard !rest[..<end].isEmpty else {
            throw TracingError(
                "list probes", text, "names no binary", hint: "write \(kind.rawValue):/bin/bash:*")
        }
        binary = String(rest[..<end])
        let name = rest[end...].dropFirst()
        glob = name.isEmpty ? "*" : String(name)
    }

    /// Whether a name is meant. Of a tracepoint's `subsystem:event` the event alone is enough.
    func matches(_ name: String) -> Bool {
        if fnmatch(glob, name, 0) == 0 { return true }
        guard let colon = name.firstIndex(of: ":"), !glob.contains(":") else { return false }
        return fnmatch(glob, String(name[name.index(after: colon)...]), 0) == 0
    }

    /// The pattern without what stands for anything, to find names that are near.
    var literal: String { glob.filter { !"*?[]".contains($0) } }
}
