internal import Policy
public import PolicyCompiler

/// A policy and a packet on which two judges disagree, to be made small before anyone reads it.
public struct RandomCase: Sendable, CustomStringConvertible {
    /// The policy.
    public var policy: RandomPolicy
    /// The packet.
    public var packet: SeenPacket

    /// Makes a case.
    public init(policy: RandomPolicy, packet: SeenPacket) {
        self.policy = policy
        self.packet = packet
    }

    /// The policy as YAML, then the packet in hexadecimal, and what stands beside it.
    public var description: String {
        let hex = packet.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let start =
            switch packet.start {
            case .ethernet: "frame"
            case .network(let type): "\(type) packet"
            }
        let tag = packet.tag.map { ", tag \($0) beside it" } ?? ""
        let mark = packet.mark.map { ", mark \($0)" } ?? ""
        return "\(policy)\n\(start): \(hex)\(tag)\(mark)"
    }
}
