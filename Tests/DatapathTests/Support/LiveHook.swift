import BPF
import Policy
import TestSupport
import Testing

@testable import Datapath

/// A hook that judges packets, in one of the ways onto it.
enum LiveHook: String, CaseIterable, CustomTestStringConvertible {
    case xdpgeneric, xdpdrv
    case ingressByTCX, egressByTCX
    case ingressByClsact, egressByClsact
    case cgroupIngress, cgroupEgress

    /// Those that this kernel has: TCX came with Linux 6.6.
    static let all = allCases.filter { $0.mode != .tc(.tcx) || hasTCX }

    /// A family for each of ``all``, every hook with either of them in one of its ways.
    static let alternating: [Wire.Family] = all.map {
        switch $0 {
        case .xdpgeneric, .ingressByTCX, .egressByTCX, .cgroupEgress: .ipv4
        case .xdpdrv, .ingressByClsact, .egressByClsact, .cgroupIngress: .ipv6
        }
    }

    /// Those of traffic control.
    static let tc = all.filter { $0.hook == .tcIngress || $0.hook == .tcEgress }

    private static let hasTCX = (try? FeatureProbe.supportsTCX()) == true

    var testDescription: String { rawValue }

    var hook: Hook {
        switch self {
        case .xdpgeneric, .xdpdrv: .xdp
        case .ingressByTCX, .ingressByClsact: .tcIngress
        case .egressByTCX, .egressByClsact: .tcEgress
        case .cgroupIngress: .cgroupIngress
        case .cgroupEgress: .cgroupEgress
        }
    }

    /// The mode to insist on.
    var mode: AttachMode? {
        switch self {
        case .xdpgeneric: .xdp(.generic)
        case .xdpdrv: .xdp(.native)
        case .ingressByTCX, .egressByTCX: .tc(.tcx)
        case .ingressByClsact, .egressByClsact: .tc(.clsact)
        case .cgroupIngress, .cgroupEgress: nil
        }
    }

    /// Whether what is sent is judged; else what is received.
    var isEgress: Bool { hook == .tcEgress || hook == .cgroupEgress }

    /// The filter that serves the hook where a policy has no `attach:`.
    var filterName: String { isEgress ? "outbound" : "inbound" }

    /// The key of a match that holds for the other end of the wire.
    var remote: String { isEgress ? "dst" : "src" }

    /// The bytes of a packet that the hook does not see: a socket's have no Ethernet header.
    var hiddenBytes: UInt64 { hook.place == .cgroup ? 14 : 0 }
}
