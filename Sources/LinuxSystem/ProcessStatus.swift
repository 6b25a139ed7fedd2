/// What `/proc/PID/stat` says of a process.
public struct ProcessStatus: Equatable, Sendable {
    /// The process that made this one, or took it over.
    public let parent: Int32

    /// Parses the text of a stat file; nil if it is malformed.
    ///
    ///     1234 (a (b) c) S 1 …
    ///
    /// The name may hold blanks and parentheses, so what follows is read from the last `)`.
    init?(stat text: String) {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count >= 2, let parent = Int32(fields[1]) else { return nil }
        self.parent = parent
    }

    /// The status of a process; nil if there is none or it may not be read.
    public init?(pid: Int32) {
        guard let text = try? ProcFile.read("/proc/\(pid)/stat") else { return nil }
        self.init(stat: text)
    }
}
