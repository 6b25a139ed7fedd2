import Tracing

/// Packets of real processes, what drops them, and what their event must say of both ends.
struct OwnerScenario: Sendable {
    let name: String
    /// What drops them.
    let drop: DropPlace
    /// Steps of a process in cgroup `server`, at the end of the pair that ``DropPlace/server`` tells.
    /// SERVER and CLIENT are addresses, PORT is the scenario's own port, TCP and UDP make sockets of the
    /// row's family.
    var server: String?
    /// Steps of a process in cgroup `client`, at the other end.
    let client: String
    /// Which of them were there before anybody listened. They stop at the step `until` and go on then.
    var older: Set<String> = []
    /// What the event says of the packets' sender and receiver.
    var from: Owner?
    var to: Owner?
    /// The kernel's reason, of its own drops; any of them.
    var reasons: Set<String> = []
    var families: [Int] = [4, 6]
    /// How many events there are at least.
    var count = 1

    /// The process that must be named.
    struct Owner: Sendable {
        /// The socket, as a process has told it by `cookie WORD`; that process is the owner.
        let socket: String
        var how: Set<JoinMethod> = [.skb]
        var origins: Set<String> = ["create"]
        var comm: String
        var uid: UInt32 = 0
        /// Whether nobody may be named, too: kernels differ.
        var mayBeUnknown = false
    }

    static func client(
        _ how: Set<JoinMethod> = [.skb], _ origins: Set<String> = ["create"], comm: String = "cli",
        uid: UInt32 = 0, mayBeUnknown: Bool = false
    ) -> Owner {
        Owner(
            socket: "client", how: how, origins: origins, comm: comm, uid: uid,
            mayBeUnknown: mayBeUnknown)
    }

    static func server(
        _ how: Set<JoinMethod> = [.skb], _ origins: Set<String> = ["create"], comm: String = "srv",
        mayBeUnknown: Bool = false
    ) -> Owner {
        Owner(
            socket: "server", how: how, origins: origins, comm: comm, mayBeUnknown: mayBeUnknown)
    }

    static func connection(
        _ how: Set<JoinMethod> = [.skb], _ origins: Set<String> = ["inherit", "accept"],
        comm: String = "srv"
    ) -> Owner {
        Owner(socket: "conn", how: how, origins: origins, comm: comm)
    }
}

/// What drops packets, told apart by their ports: each place has a hundred.
enum DropPlace: UInt16, CaseIterable, Sendable {
    /// Rules of netctl's on the hooks of near ends, and on the cgroups. XDP has a pair of its own: on a
    /// veth it makes packets lose their sender.
    case xdp = 60, tcIngress, tcEgress, cgroupIngress, cgroupEgress
    /// The same for segments with data alone, so that there is a connection.
    case tcIngressData, tcEgressData, cgroupIngressData
    /// Answers, by their source port, and those of them with data.
    case tcEgressAnswer, tcEgressAnswerData
    /// A rule that only monitors, and an entry of the block list.
    case monitor, block
    /// nftables at the near end.
    case nftInput, nftOutput
    /// Programs of somebody else at near ends and on the cgroups.
    case foreignTCIngress, foreignTCEgress, foreignXDP, foreignCgroupIngress, foreignCgroupEgress
    /// Nobody but the kernel; the server is near, or far.
    case kernel, kernelFar

    /// The first of its ports.
    var firstPort: UInt16 { rawValue * 100 }
    var lastPort: UInt16 { firstPort + 99 }

    /// Whether the server is at the near end, and so the client at the far one.
    var serverIsNear: Bool {
        switch self {
        case .xdp, .tcIngress, .cgroupIngress, .tcIngressData, .cgroupIngressData, .tcEgressAnswer,
            .tcEgressAnswerData, .nftInput, .foreignTCIngress, .foreignXDP, .foreignCgroupIngress,
            .kernel:
            true
        case .tcEgress, .cgroupEgress, .tcEgressData, .monitor, .block, .nftOutput,
            .foreignTCEgress, .foreignCgroupEgress, .kernelFar:
            false
        }
    }

    /// Where the event comes from.
    var hook: String {
        switch self {
        case .xdp: "xdp"
        case .tcIngress, .tcIngressData: "tc-ingress"
        case .tcEgress, .tcEgressData, .tcEgressAnswer, .tcEgressAnswerData, .monitor: "tc-egress"
        case .cgroupIngress, .cgroupIngressData: "cgroup-ingress"
        // The list is on every hook, and this is the first.
        case .cgroupEgress, .block: "cgroup-egress"
        default: "kernel"
        }
    }

    /// What the event says of a decision of netctl's: its reason, and the rule.
    var decision: (reason: String, rule: String?)? {
        switch self {
        case .monitor: ("monitor", "watched")
        case .block: ("block", nil)
        case _ where hook == "kernel": nil
        case .tcIngressData, .tcEgressData, .cgroupIngressData: ("rule", "data")
        case .tcEgressAnswer: ("rule", "answers")
        case .tcEgressAnswerData: ("rule", "answer-data")
        default: ("rule", "all")
        }
    }
}
