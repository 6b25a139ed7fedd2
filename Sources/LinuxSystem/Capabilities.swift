/// What a process may do beyond its user's rights.
public struct Capabilities: Sendable {
    /// One of them, by the kernel's number.
    public enum Capability: Int, Sendable {
        /// `CAP_NET_ADMIN`.
        case netAdmin = 12
        /// `CAP_SYS_ADMIN`.
        case sysAdmin = 21
        /// `CAP_PERFMON`, since Linux 5.8.
        case perfmon = 38
        /// `CAP_BPF`, since Linux 5.8.
        case bpf = 39
    }

    private let bits: UInt64

    /// Those in force for this process; none if /proc does not tell.
    public static var effective: Capabilities {
        let status = (try? ProcFile.read("/proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let digits = line?.dropFirst(7).filter(\.isHexDigit) ?? ""
        return Capabilities(bits: UInt64(digits, radix: 16) ?? 0)
    }

    /// Whether it is among them.
    public func contains(_ capability: Capability) -> Bool { bits >> capability.rawValue & 1 == 1 }

    /// Whether all that has to do with BPF is allowed.
    public var allowBPF: Bool {
        contains(.sysAdmin) || contains(.bpf) && contains(.netAdmin) && contains(.perfmon)
    }
}
