/// Privileges of a thread, `capabilities(7)`.
public struct Capabilities: OptionSet, Hashable, Sendable {
    /// The bits, as `/proc/PID/status` shows them.
    public let rawValue: UInt64
    /// A set from its bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `CAP_NET_ADMIN`.
    public static let netAdmin = Capabilities(rawValue: 1 << 12)
    /// `CAP_SYS_ADMIN`.
    public static let sysAdmin = Capabilities(rawValue: 1 << 21)
    /// `CAP_PERFMON`, since Linux 5.8.
    public static let perfmon = Capabilities(rawValue: 1 << 38)
    /// `CAP_BPF`, since Linux 5.8.
    public static let bpf = Capabilities(rawValue: 1 << 39)
    /// What it takes to load programs of packets and to attach them.
    public static let forPackets: Capabilities = [.bpf, .netAdmin, .perfmon]

    /// Those in force for the calling thread; `CAP_SYS_ADMIN` includes `CAP_BPF` and `CAP_PERFMON`.
    public static var effective: Capabilities {
        guard let text = try? ProcFile.read("/proc/thread-self/status"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let word = line.split(whereSeparator: \.isWhitespace).last,
            let bits = UInt64(word, radix: 16)
        else { return [] }
        let found = Capabilities(rawValue: bits)
        return found.contains(.sysAdmin) ? found.union([.bpf, .perfmon]) : found
    }

    /// Of those that packets take, what the calling thread lacks: `CAP_BPF and CAP_PERFMON`; where it lacks
    /// none of them, `CAP_SYS_ADMIN`, if it lacks that; else nil: the kernel has other reasons.
    public static var lacking: String? {
        let effective = effective
        let missing = forPackets.subtracting(effective)
        if !missing.isEmpty { return missing.names }
        return effective.contains(.sysAdmin) ? nil : Capabilities.sysAdmin.names
    }

    /// `CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON`
    private var names: String {
        let all: [(Capabilities, String)] = [
            (.bpf, "CAP_BPF"), (.netAdmin, "CAP_NET_ADMIN"), (.perfmon, "CAP_PERFMON"),
            (.sysAdmin, "CAP_SYS_ADMIN"),
        ]
        let names = all.filter { contains($0.0) }.map(\.1)
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
