/// A kind of place where a program can be attached to watch.
public enum ProbeKind: String, CaseIterable, Sendable {
    /// A tracepoint of the kernel, with the fields of its record (tracefs).
    case tracepoint
    /// A tracepoint of the kernel, with typed arguments (BTF).
    case tpBTF = "tp_btf"
    /// The entry of a function of the kernel, with typed arguments (BTF); its exit is `fexit`.
    case fentry
    /// Nearly any function of the kernel, without types; its return is `kretprobe`.
    case kprobe
    /// A function of a binary or library; its return is `uretprobe`.
    case uprobe
    /// A place that the author of a binary has marked (SystemTap's notes).
    case usdt
    /// What a program can walk: tasks, files, sockets (BTF).
    case iter

    /// The kind by its name, or by that of its kin.
    init?(word: String) {
        switch word {
        case "fexit", "kfunc": self = .fentry
        case "kretprobe": self = .kprobe
        case "uretprobe": self = .uprobe
        case "raw_tp", "rawtracepoint": self = .tpBTF
        default: self.init(rawValue: word)
        }
    }

    /// Whether probes of this kind are in a binary that has to be named.
    var isInBinary: Bool { self == .uprobe || self == .usdt }
}
