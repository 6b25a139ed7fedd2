import Tracing

extension OwnerScenario {
    private static let bound = "UDP bind SERVER PORT cookie server wait"
    private static let listening = "TCP reuse bind SERVER PORT listen 8 cookie server wait"
    private static let sends = "UDP cookie client send SERVER PORT wait"
    private static let connects = "TCP nowait cookie client connect SERVER PORT wait"
    /// A connection over which data come once the server has it.
    private static let writes = "TCP connect SERVER PORT cookie client read write wait"
    private static let accepts = "TCP reuse bind SERVER PORT listen 8 accept cookie conn write wait"

    /// netctl's hooks.
    static let own: [OwnerScenario] = [
        .init(
            name: "XDP, UDP", drop: .xdp, server: bound, client: sends, to: server([.lookup])),
        .init(
            name: "XDP, a connection that is asked for", drop: .xdp, server: listening,
            client: connects, to: server([.lookup])),
        .init(name: "XDP, nobody listens", drop: .xdp, client: sends),
        .init(
            name: "TC ingress behind a veth, UDP: both ends", drop: .tcIngress, server: bound,
            client: sends, from: client(), to: server([.lookup])),
        .init(
            name: "TC ingress behind a veth, TCP: both ends", drop: .tcIngress, server: listening,
            client: connects, from: client(), to: server([.lookup])),
        .init(
            name: "TC ingress, nobody listens", drop: .tcIngress, client: sends, from: client()),
        .init(
            name: "TC ingress, data of a connection", drop: .tcIngressData,
            server: "\(accepts)", client: writes, from: client(),
            to: connection([.lookup])),
        .init(
            name: "TC ingress, a server that forks before it accepts", drop: .tcIngressData,
            server:
                "TCP reuse bind SERVER PORT listen 8 fork comm kid accept cookie conn write wait",
            client: writes, from: client(),
            to: connection([.lookup], ["scan", "accept"], comm: "kid")),
        .init(
            name: "TC ingress, a socket that was passed to who only reads", drop: .tcIngress,
            server: "UDP bind SERVER PORT pass comm heir cookie server wait", client: sends,
            from: client(), to: server([.lookup], ["scan"], comm: "heir")),
        .init(name: "TC egress, UDP", drop: .tcEgress, client: sends, from: client()),
        .init(
            name: "TC egress, a connection that is asked for", drop: .tcEgress, client: connects,
            from: client()),
        .init(
            name: "TC egress, another user", drop: .tcEgress, client: "uid 1000 \(sends)",
            from: client(uid: 1000)),
        .init(
            name: "TC egress, a name with a newline and an escape", drop: .tcEgress,
            client: "comm a%0ab%1b[31m \(sends)", from: client(comm: "a\nb\u{1b}[31m")),
        .init(
            name: "TC egress, a connected socket", drop: .tcEgress,
            client: "UDP connect SERVER PORT cookie client write wait", from: client()),
        .init(
            name: "TC egress, a child that sends by what its parent made", drop: .tcEgress,
            client: "UDP fork comm kid cookie client send SERVER PORT wait",
            from: client([.skb], ["send"], comm: "kid")),
        .init(
            name: "TC egress, a socket that was passed on and sends", drop: .tcEgress,
            client: "UDP pass comm heir cookie client send SERVER PORT wait",
            from: client([.skb], ["send"], comm: "heir")),
        .init(
            name: "TC egress, a socket that was passed on and only writes", drop: .tcEgress,
            client: "UDP connect SERVER PORT pass comm heir cookie client write wait",
            from: client([.skb], ["scan", "use"], comm: "heir")),
        .init(
            name: "TC egress, a process that becomes another program", drop: .tcEgress,
            client: "TCP exec new nowait cookie client connect SERVER PORT wait",
            from: client(comm: "new")),
        .init(
            name: "TC egress, a sender that ends at once", drop: .tcEgress,
            client: "UDP cookie client send SERVER PORT exit", from: client()),
        .init(
            name: "TC egress, a sender that has closed its socket", drop: .tcEgress,
            client: "UDP cookie client send SERVER PORT close wait", from: client()),
        .init(
            name: "TC egress, a parent that ended before its child sends", drop: .tcEgress,
            client: "fork UDP connect SERVER PORT orphan comm kid cookie client write wait",
            from: client([.skb], ["scan", "use"], comm: "kid")),
        .init(
            name: "TC egress, a socket older than netctl", drop: .tcEgress,
            client: "UDP cookie client until send SERVER PORT wait", older: ["client"],
            from: client([.skb], ["scan"])),
        .init(
            name: "TC egress, a socket older than netctl that is passed on", drop: .tcEgress,
            client: "UDP connect SERVER PORT pass comm heir cookie client until write wait",
            older: ["client"], from: client([.skb], ["scan"], comm: "heir")),
        .init(
            name: "TC egress, a connection older than netctl", drop: .tcEgressData,
            server: "TCP reuse bind SERVER PORT listen 8 accept wait",
            client: "TCP connect SERVER PORT cookie client until write wait",
            older: ["server", "client"], from: client([.skb], ["scan"])),
        .init(
            name: "TC egress, data that are sent again", drop: .tcEgressData,
            server: "TCP reuse bind SERVER PORT listen 8 wait",
            client: "TCP connect SERVER PORT cookie client write wait", from: client(), count: 2),
        .init(
            name: "TC egress, the answer to a handshake is its listener's", drop: .tcEgressAnswer,
            server: listening, client: connects, from: server([.listener])),
        .init(
            name: "TC egress, a listener older than netctl answers", drop: .tcEgressAnswer,
            server: listening, client: connects, older: ["server"],
            from: server([.listener], ["scan"])),
        .init(
            name: "TC egress, a reset is nobody's", drop: .tcEgressAnswer, client: connects),
        .init(
            name: "TC egress, what an accepted connection sends", drop: .tcEgressAnswerData,
            server: accepts, client: "TCP connect SERVER PORT cookie client wait",
            from: connection()),
        .init(
            name: "TC egress, a server that forks after it accepted", drop: .tcEgressAnswerData,
            server: "TCP reuse bind SERVER PORT listen 8 accept cookie conn fork write wait",
            client: "TCP connect SERVER PORT cookie client wait", from: connection()),
        .init(
            name: "TC egress, a server that forks before it accepts", drop: .tcEgressAnswerData,
            server:
                "TCP reuse bind SERVER PORT listen 8 fork comm kid accept cookie conn write wait",
            client: "TCP connect SERVER PORT cookie client wait",
            from: connection([.skb], ["scan", "accept"], comm: "kid")),
        .init(
            name: "TC egress, a listener that was passed to who accepts",
            drop: .tcEgressAnswerData,
            server:
                "TCP reuse bind SERVER PORT listen 8 pass comm heir accept cookie conn write wait",
            client: "TCP connect SERVER PORT cookie client wait",
            from: connection([.skb], ["scan", "accept"], comm: "heir")),
        .init(
            name: "TC egress, a new connection of a listener older than netctl",
            drop: .tcEgressAnswerData,
            server:
                "TCP reuse bind SERVER PORT listen 8 cookie server accept cookie conn write wait",
            client: "TCP connect SERVER PORT cookie client wait", older: ["server"],
            from: connection()),
        .init(name: "cgroup egress, UDP", drop: .cgroupEgress, client: sends, from: client()),
        .init(name: "cgroup egress, TCP", drop: .cgroupEgress, client: connects, from: client()),
        .init(
            name: "cgroup ingress, UDP", drop: .cgroupIngress, server: bound, client: sends,
            to: server()),
        .init(
            name: "cgroup ingress, TCP", drop: .cgroupIngress, server: listening,
            client: connects, to: server()),
        .init(
            name: "cgroup ingress, data of a connection", drop: .cgroupIngressData,
            server: accepts, client: writes, to: connection()),
        .init(
            name: "a rule that only monitors", drop: .monitor, client: sends, from: client()),
        .init(name: "the block list", drop: .block, client: sends, from: client()),
    ]

    /// The kernel, and programs and filters of others.
    static let others: [OwnerScenario] = [
        .init(
            name: "nftables, output, UDP", drop: .nftOutput, client: sends, from: client(),
            reasons: ["NETFILTER_DROP"]),
        .init(
            name: "nftables, output, TCP", drop: .nftOutput, client: connects, from: client(),
            reasons: ["NETFILTER_DROP"]),
        .init(
            name: "nftables, input: nobody is tied to the packet", drop: .nftInput, server: bound,
            client: sends, from: client(mayBeUnknown: true), to: server(mayBeUnknown: true),
            reasons: ["NETFILTER_DROP"]),
        .init(
            name: "another program on TC egress", drop: .foreignTCEgress,
            client: "UDP cookie client sized 321 SERVER PORT wait", from: client(),
            reasons: ["TC_EGRESS"], families: [4]),
        .init(
            name: "another program on TC ingress", drop: .foreignTCIngress, server: bound,
            client: "UDP cookie client sized 321 SERVER PORT wait", from: client(),
            reasons: ["TC_INGRESS"], families: [4]),
        .init(
            name: "another XDP program", drop: .foreignXDP, server: bound,
            client: "UDP cookie client sized 123 SERVER PORT wait",
            from: client(mayBeUnknown: true), reasons: ["XDP", "NOT_SPECIFIED"], families: [4]),
        .init(
            name: "another program on a cgroup's egress", drop: .foreignCgroupEgress,
            client: "UDP cookie client sized 222 SERVER PORT wait", from: client(),
            reasons: ["BPF_CGROUP_EGRESS"], families: [4]),
        .init(
            name: "another program on a cgroup's ingress", drop: .foreignCgroupIngress,
            server: bound, client: "UDP cookie client sized 223 SERVER PORT wait",
            to: server([.receiver, .skb], mayBeUnknown: true), reasons: ["SOCKET_FILTER"],
            families: [4]),
        .init(
            name: "no ARP reply", drop: .kernelFar,
            client: "UDP cookie client send NOBODY PORT wait",
            from: client(), reasons: ["NEIGH_FAILED"]),
        .init(
            name: "no ARP reply, TCP", drop: .kernelFar,
            client: "TCP nowait cookie client connect NOBODY PORT wait", from: client(),
            reasons: ["NEIGH_FAILED"]),
        .init(
            name: "a receive buffer is full", drop: .kernel,
            server: "UDP rcvbuf 2304 bind SERVER PORT cookie server wait",
            client: "UDP cookie client flood 30 SERVER PORT wait",
            to: server([.receiver], mayBeUnknown: true), reasons: ["SOCKET_RCVBUFF"]),
        .init(
            name: "nobody listens, UDP", drop: .kernel, client: sends,
            from: client(mayBeUnknown: true), reasons: ["NO_SOCKET"]),
        .init(
            name: "nobody listens, TCP", drop: .kernel, client: connects,
            from: client(mayBeUnknown: true), reasons: ["NO_SOCKET"]),
        .init(
            name: "a listener's full queue", drop: .kernel,
            server: "TCP reuse bind SERVER PORT listen 0 cookie server wait",
            client: "TCP nowait connect SERVER PORT keep TCP nowait connect SERVER PORT keep "
                + "TCP nowait cookie client connect SERVER PORT wait",
            reasons: [], count: 0),
    ]
}
