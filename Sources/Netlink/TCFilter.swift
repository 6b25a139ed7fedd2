internal import CLibmnl

/// A filter on a qdisc.
public struct TCFilter: Hashable, Sendable {
    /// What is particular to filters of kind `bpf`.
    public struct BPF: Hashable, Sendable {
        /// The program; nil for a classic one, of before eBPF.
        public let programID: UInt32?
        /// The name that whoever added the filter gave it; often file and section.
        public let name: String?
        /// The hash of the program's instructions, 16 hexadecimal digits.
        public let tag: String?
        /// Whether what the program returns is the verdict (`TCA_BPF_FLAG_ACT_DIRECT`), not a class.
        public let isDirectAction: Bool
    }

    /// Filters of a lower number run first.
    public let priority: UInt16
    /// The `ETH_P_…` of the packets that it sees, host order; ``allProtocols`` for all.
    public let protocolNumber: UInt16
    /// The chain that it is in; packets start in chain 0.
    public let chain: UInt32
    /// The number among those of its priority; 0 for a classifier that has no filters one could
    /// name.
    public let handle: UInt32
    /// The kind: `"bpf"`, `"flower"`.
    public let kind: String
    /// The program, for kind `bpf`.
    public let bpf: BPF?

    /// `ETH_P_ALL`.
    public static let allProtocols: UInt16 = 3

    /// Reads an `RTM_NEWTFILTER` message.
    package init(_ message: NetlinkMessage) throws(NetlinkFailure) {
        let header = try TrafficControlHeader(message, type: Int32(RTM_NEWTFILTER))
        priority = UInt16(header.info >> 16)
        protocolNumber = UInt16(bigEndian: UInt16(truncatingIfNeeded: header.info))
        chain = header.attributes.integer(Int(TCA_CHAIN)) ?? 0
        handle = header.handle
        kind = try header.kind()
        guard kind == "bpf", let options = try header.attributes.nested(Int(TCA_OPTIONS)) else {
            bpf = nil
            return
        }
        let flags: UInt32 = options.integer(Int(TCA_BPF_FLAGS)) ?? 0
        bpf = BPF(
            programID: options.integer(Int(TCA_BPF_ID)), name: options.string(Int(TCA_BPF_NAME)),
            tag: options[Int(TCA_BPF_TAG)]?.array.map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined(), isDirectAction: flags & UInt32(TCA_BPF_FLAG_ACT_DIRECT) != 0)
    }

    /// A dump without the heads of lists, which the kernel sends before the filters of each priority:
    /// a head stays only where no filter of its own follows, for then it is one itself.
    static func withoutHeads(_ dump: [TCFilter]) -> [TCFilter] {
        let named = Set(dump.filter { $0.handle != 0 }.map(\.head))
        return dump.filter { $0.handle != 0 || !named.contains($0.head) }
    }

    private struct Head: Hashable {
        let chain: UInt32
        let priority: UInt16
        let protocolNumber: UInt16
    }

    private var head: Head {
        Head(chain: chain, priority: priority, protocolNumber: protocolNumber)
    }
}
