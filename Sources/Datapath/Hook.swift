/// A place in the kernel where a program of ours runs.
public enum Hook: String, CaseIterable, Codable, Sendable, CustomStringConvertible {
    /// An interface's receive path, before an skb exists (native) or right after (generic).
    case xdp

    /// The name in flags, files and JSON.
    public var description: String { rawValue }
}
