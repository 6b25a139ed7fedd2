/// A table of a body, as `status` shows it.
public struct TableRecord: Codable, Sendable, Equatable {
    /// What it looks at: `src ipv4`, `dport`, `rules`.
    public let name: String
    /// How it looks: `trie`, `hashes`, `array`.
    public let structure: String
    /// Prefixes, classes, rows or rules.
    public let entries: Int
    /// What it takes in the kernel.
    public let bytes: Int
    /// Of what it holds; nil where nothing is reused.
    public let digest: String?

    init(_ name: String, _ structure: String, entries: Int, bytes: Int, digest: String? = nil) {
        self.name = name
        self.structure = structure
        self.entries = entries
        self.bytes = bytes
        self.digest = digest
    }
}

extension [TableRecord] {
    /// What all of them take.
    var bytes: Int { reduce(0) { $0 + $1.bytes } }
}
