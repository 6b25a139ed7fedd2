/// A place where a program can be attached to watch.
public struct Probe: Sendable, Equatable {
    /// What it is.
    public let kind: ProbeKind
    /// The binary that it is in, for uprobes and USDT.
    public let binary: String?
    /// The module of the kernel that it is in; `nil` for the kernel itself.
    public let module: String?
    /// Its name: `skb:kfree_skb`, `tcp_connect`.
    public let name: String
    /// What a program finds there; empty unless it was asked for.
    public let detail: Detail

    /// What a program finds at a probe.
    public enum Detail: Sendable, Equatable {
        /// Nothing is known, or was not asked for.
        case none
        /// The fields of a tracepoint's record.
        case fields([TracepointField])
        /// The C declaration of a function, or of what a tracepoint hands over.
        case prototype(String)
        /// Where a symbol is in its binary.
        case symbol(address: UInt64, bytes: UInt64)
        /// The arguments of a USDT probe, as its note describes them.
        case arguments(String)
    }

    init(
        _ kind: ProbeKind, _ name: String, binary: String? = nil, module: String? = nil,
        detail: Detail = .none
    ) {
        self.kind = kind
        self.name = name
        self.binary = binary
        self.module = module
        self.detail = detail
    }

    /// The pattern that means this probe alone: `uprobe:/bin/bash:readline`.
    public var pattern: String {
        [kind.rawValue, binary, name].compactMap(\.self).joined(separator: ":")
    }
}
