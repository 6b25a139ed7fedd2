import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// A veth pair with a friend and a threat at the far end, in a sandbox; neighbours are fixed, so that
/// nothing but the test's own packets is addressed to a rule's port.
struct Wire: Sendable {
    enum Family: String, CaseIterable, Sendable {
        case ipv4, ipv6
    }

    let pair: VethPair
    let family: Family

    static let servicePort: UInt16 = 4000
    static let canaryPort: UInt16 = 4001

    /// Call it on the sandbox's thread.
    init(_ family: Family, mtu: UInt32 = 1500) throws {
        self.family = family
        pair = try VethPair.create(mtu: mtu)
        let (near, far) = (pair.near, pair.far)
        let addresses = (family == .ipv4 ? [near.ipv4] : [near.ipv6], threat)
        try pair.onFar {
            let width = family == .ipv4 ? "32" : "128"
            var add = ["ip", "address", "add", "\(addresses.1)/\(width)", "dev", far.name]
            if family == .ipv6 { add.append("nodad") }
            try runChecked(add)
            try runChecked([
                "ip", "neighbour", "replace", addresses.0[0], "lladdr", near.mac, "dev", far.name,
                "nud", "permanent",
            ])
        }
        for address in [family == .ipv4 ? far.ipv4 : far.ipv6, threat] {
            try runChecked([
                "ip", "neighbour", "replace", address, "lladdr", far.mac, "dev", near.name, "nud",
                "permanent",
            ])
        }
    }

    var server: String { family == .ipv4 ? pair.near.ipv4 : pair.near.ipv6 }
    var friend: String { family == .ipv4 ? pair.far.ipv4 : pair.far.ipv6 }
    var threat: String { family == .ipv4 ? "10.77.0.66" : "fd00:77::66" }

    /// The attach point of the near end.
    func target(_ mode: XDPModeRequest) throws -> AttachTarget {
        try AttachTarget(
            interface: pair.near.name, netns: nil, hook: .xdp,
            mode: mode.required.map(AttachMode.xdp))
    }

    /// The bytes of a datagram on the wire, Ethernet header included.
    func frameBytes(payload: Int) -> UInt64 {
        UInt64(14 + (family == .ipv4 ? 20 : 40) + 8 + payload)
    }

    /// What is counted at the near end now.
    func statistics() throws -> Statistics {
        let observation = try Observation.now()
        let attachment = try #require(
            observation.attachments.first { $0.location.interface == pair.near.name })
        return try Statistics(reading: attachment)
    }
}

extension Statistics {
    func packets(_ verdict: Verdict) -> UInt64 { count(verdict).packets }

    func count(_ verdict: Verdict) -> Count {
        verdicts.first { $0.verdict == verdict }?.count ?? .zero
    }

    func count(_ reason: Reason) -> Count {
        reasons.first { $0.reason == reason }?.count ?? .zero
    }

    func count(rule name: String) -> Count {
        rules.first { $0.rule.name == name }?.count ?? .zero
    }

    /// The sum over reasons.
    var explained: Count { reasons.reduce(.zero) { $0 &+ $1.count } }
}

/// Applies a policy in the calling thread's sandbox.
@discardableResult
func apply(_ text: String, setFiles: [String: String] = [:]) throws -> [String] {
    let policy = try policy(text, setFiles: setFiles)
    let contents = setFiles.sorted { $0.key < $1.key }.map { ContentDigest($0.value) }
    let revision = PolicyRevision(policy, setFiles: contents)
    return try Reconciler().apply(revision).plan.steps.map(\.description)
}
