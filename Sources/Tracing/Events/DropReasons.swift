internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// The reasons for which this kernel drops packets, by the names that its own source has. Since Linux
/// 5.17; the numbers are others in each version.
public struct DropReasons: Sendable {
    /// Names by number: `NEIGH_FAILED`. Empty if the kernel has no BTF, or knows no reasons.
    public let names: [UInt32: String]

    /// Those of the running kernel.
    public init() { self.init(btf: KernelTypes.path) }

    init(btf path: FilePath) {
        let found = (try? KernelTypes(path: path))?.enumerators(of: "skb_drop_reason") ?? [:]
        self.init(enumerators: found)
    }

    init(enumerators: [Int64: String]) {
        let prefix = "SKB_DROP_REASON_"
        var names: [UInt32: String] = [:]
        for (number, name) in enumerators where name.hasPrefix(prefix) {
            let short = String(name.dropFirst(prefix.count))
            if let number = UInt32(exactly: number), short != "MAX", !short.hasPrefix("SUBSYS_") {
                names[number] = short
            }
        }
        self.names = names
    }

    /// A reason's name; one of a subsystem's own has only its number.
    func name(of number: UInt32) -> String {
        names[number]
            ?? "REASON_\(number >= 1 << 16 ? "0x" + String(number, radix: 16) : "\(number)")"
    }

    /// The number of a name; nil if this kernel has no such reason.
    public func number(of name: String) -> UInt32? {
        let wanted = name.uppercased().replacing("-", with: "_")
        return names.first { $0.value == wanted }?.key
    }

    /// What is no news: the kernel gives no reason, or throws away what it has no more use for.
    static let benign: Set<String> = ["NOT_SPECIFIED", "QUEUE_PURGE"]

    /// The numbers of what is not shown unless asked for; of a kernel that knows no reasons, none.
    var hidden: Set<UInt32> {
        Set(names.filter { Self.benign.contains($0.value) }.map(\.key))
    }

    /// Tells an object's programs the reasons that the kernel does not give itself: IPv6 gives none for a
    /// neighbour that does not answer.
    func complete(in object: inout OpenObject) throws(BPFError) {
        try object.setGlobal("no_reason", to: number(of: "NOT_SPECIFIED") ?? 0)
        guard let neighbour = number(of: "NEIGH_FAILED"),
            let text = try? ProcFile.read("/proc/kallsyms"),
            let core = KernelSymbols.code(of: "neigh_invalidate", in: text)
        else { return }
        // The call to free a packet may be the last one of its function, and then seem its caller's.
        let ipv6 = KernelSymbols.code(of: "ndisc_error_report", in: text) ?? 0..<0
        let code: InlineArray<4, UInt64> = [
            core.lowerBound, core.upperBound, ipv6.lowerBound, ipv6.upperBound,
        ]
        try object.setGlobal("neighbour_reason", to: neighbour)
        try object.setGlobal("neighbour_code", to: code)
    }

    /// What of a reason people should know; nil where its name says it all.
    public static func explanation(of name: String) -> String? {
        switch name {
        case "NEIGH_FAILED": "no ARP or neighbour reply"
        case "NO_SOCKET": "nobody listens there"
        case "SOCKET_RCVBUFF": "receive buffer full"
        case "NETFILTER_DROP": "an nftables or iptables rule"
        case "TC_INGRESS", "TC_EGRESS": "another program or filter on TC"
        case "XDP": "another XDP program"
        case "BPF_CGROUP_EGRESS": "another program on a cgroup"
        case "SOCKET_FILTER": "a socket filter, or another program on a cgroup"
        default: nil
        }
    }
}
