import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// A program of ours as a hook has it, and what packets it sees there.
struct ProgramSetting: Hashable, Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let hook: Hook
    /// Whether an XDP program takes frames of several buffers.
    var multiBuffer = false
    /// Whether packets begin with an Ethernet header.
    var ethernet = true

    /// Every program, on every hook.
    static let all = [
        ProgramSetting(hook: .xdp), ProgramSetting(hook: .xdp, multiBuffer: true),
        ProgramSetting(hook: .tcIngress), ProgramSetting(hook: .tcEgress),
        ProgramSetting(hook: .tcIngress, ethernet: false),
        ProgramSetting(hook: .cgroupIngress, ethernet: false),
        ProgramSetting(hook: .cgroupEgress, ethernet: false),
    ]

    /// What random packets are to be; whoever makes them adds what test runs need.
    var kind: RandomPackets.Kind {
        switch hook {
        case .xdp: .xdp
        case .tcIngress, .tcEgress: ethernet ? .tc : .tcWithoutEthernet
        case .cgroupIngress, .cgroupEgress, .cgroupDevice: .cgroup
        }
    }

    /// What packets a test run can have: what a page takes beside head and tail room, or what 17
    /// fragments do.
    var lengths: ClosedRange<Int> {
        switch kind {
        case .xdp: 14...(multiBuffer ? 70_000 : 3500)
        case .tc, .tcWithTags: 14...3500
        // Behind what the kernel takes for an Ethernet header it wants one of IP.
        case .tcWithoutEthernet: 54...3500
        case .cgroup: 1...3480
        }
    }

    /// The reasons that packets can have here, when they are random.
    var reasons: [Reason] {
        let everywhere: [Reason] = [
            .rule, .default, .block, .malformed, .truncated, .extHeaders,
        ]
        return switch kind {
        case .xdp, .tc, .tcWithTags: everywhere + [.vlanDepth, .nonIP]
        case .tcWithoutEthernet: everywhere + [.nonIP]
        case .cgroup: everywhere
        }
    }

    /// `xdp`, `xdp multi-buffer`, `tc-ingress without Ethernet`.
    var description: String {
        "\(hook)" + (multiBuffer ? " multi-buffer" : "")
            + (hook.place == .interface && !ethernet ? " without Ethernet" : "")
    }

    var testDescription: String { description }

    /// A random packet that a test run can have.
    func next(_ packets: RandomPackets, using random: inout SeededRandom) -> SeenPacket {
        var packet = packets.next(using: &random)
        guard kind == .tcWithoutEthernet, case .network(let type) = packet.start else {
            return packet
        }
        // On TC a test run's type is where an Ethernet header would have it; what is under 0x0600 is
        // a length there.
        let known = type.rawValue < 0x0600 ? .ipv4 : type
        packet.start = .network(known)
        packet.bytes[12] = UInt8(known.rawValue >> 8)
        packet.bytes[13] = UInt8(truncatingIfNeeded: known.rawValue)
        return packet
    }
}
