internal import BPF
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

extension ProbeTrial {
    /// Everything that is tried, by what it is for.
    static var all: [ProbeTrial] { maps + tracepoints + cgroups + others }

    private static var maps: [ProbeTrial] {
        [
            ProbeTrial(
                "map/ringbuf", .ringBuffer, use: "events, trace", instead: "neither works")
        ]
    }

    private static var tracepoints: [ProbeTrial] {
        [
            typed("kfree_skb", "kfree_skb", "drops of the kernel", "they are not seen") {
                dropReasons($0)
            },
            typed(
                "inet_sock_set_state", "set_state",
                "owners of accepted sockets; trace connect, "
                    + "accept, state", "accepted sockets stay unknown; these traces do not work"),
            typed(
                "tcp_destroy_sock", "destroy_sock", "the end of TCP sockets",
                "a sweep once a minute"),
            typed("tcp_retransmit_skb", "retransmit", "trace retransmit", "it does not work"),
            typed(
                "tcp_retransmit_synack", "synack", "trace retransmit, of handshakes",
                "they are not seen"),
            typed("tcp_send_reset", "send_reset", "trace rst, sent", "they are not seen") {
                parameters($0, "tcp_send_reset") > 3 ? "with reasons" : "without reasons"
            },
            typed("tcp_receive_reset", "receive_reset", "trace rst, received", "they are not seen"),
            typed("sched_process_exec", "process_exec", "trace exec", "it does not work"),
            typed("sched_process_fork", "process_fork", "trace exec --tree", "it does not work"),
            typed("sched_process_exit", "process_exit", "exit codes and durations", "not shown"),
            typed(
                "sock_send_length", "send_length", "who uses a socket that was passed on",
                "who made or accepted it"),
        ]
    }

    private static func typed(
        _ tracepoint: String, _ program: String, _ use: String, _ instead: String,
        detail: @escaping (BTF) -> String? = { _ in nil }
    ) -> ProbeTrial {
        ProbeTrial(
            "tp_btf/\(tracepoint)", .program(program, attach: Link.attachTracing), use: use,
            instead: instead, detail: detail)
    }

    /// `reasons 2..127, rx_sk yes`
    private static func dropReasons(_ types: BTF) -> String {
        let receiver = parameters(types, "kfree_skb") > 4 ? "receiver named" : "no receiver"
        guard let id = types.find("skb_drop_reason", .enumeration),
            case .enumeration(let reasons)? = types.type(id)
        else { return "no reasons, \(receiver)" }
        return "\(reasons.values.count { !$0.name.hasSuffix("_MAX") }) reasons, \(receiver)"
    }

    /// How many parameters a tracepoint has, the kernel's own first one included.
    private static func parameters(_ types: BTF, _ tracepoint: String) -> Int {
        let id = types.find("btf_trace_\(tracepoint)", .typedef)
        return id.flatMap { types.prototype(of: $0)?.parameters.count } ?? 0
    }

    private static var cgroups: [ProbeTrial] {
        let owner = ("owners of sockets", "sockets are known by a scan alone")
        return [
            cgroup("sock_create", .cgroupSocketCreate, owner),
            cgroup("sock_release", .cgroupSocketRelease, ("the end of sockets", "a sweep")),
            cgroup("post_bind4", .cgroupInet4PostBind, owner),
            cgroup("post_bind6", .cgroupInet6PostBind, owner),
            cgroup("connect4", .cgroupInet4Connect, owner),
            cgroup("connect6", .cgroupInet6Connect, owner),
            cgroup("sendmsg4", .cgroupUDP4SendMessage, owner),
            cgroup("sendmsg6", .cgroupUDP6SendMessage, owner),
            cgroup(
                "skb/ingress", .cgroupInetIngress, ("hook cgroup-ingress", "it does not work"),
                program: "skb_ingress", prefix: "cgroup_"),
            cgroup(
                "skb/egress", .cgroupInetEgress, ("hook cgroup-egress", "it does not work"),
                program: "skb_egress", prefix: "cgroup_"),
            cgroup(
                "dev", .cgroupDevice, ("hook cgroup-device", "it does not work"),
                program: "device"),
        ]
    }

    /// A program at the root of all cgroups, where the socket context's are.
    private static func cgroup(
        _ section: String, _ type: AttachType, _ use: (String, String), program: String? = nil,
        prefix: String = "cgroup/"
    ) -> ProbeTrial {
        ProbeTrial(
            prefix + section,
            .program(program ?? section) { program in
                let root = try CgroupMount.current().open("/")
                return try Link.attachCgroup(
                    program: program, cgroup: root.descriptor, type: type)
            }, use: use.0, instead: use.1)
    }

    private static var others: [ProbeTrial] {
        let accept = ("who accepts a connection", "who owns the listener")
        return [
            ProbeTrial(
                "iter/task_file", .program("task_file", attach: Link.attachIterator),
                use: "owners of sockets that are older than netctl", instead: "sock_diag and /proc"),
            ProbeTrial(
                "fexit/inet_csk_accept", .program("typed_exit", attach: Link.attachTracing),
                use: accept.0, instead: accept.1),
            ProbeTrial(
                "kretprobe/inet_csk_accept",
                .program("function_return") {
                    try Link.attachKprobe(
                        program: $0, function: "inet_csk_accept", atReturn: true)
                }, use: accept.0, instead: accept.1),
            ProbeTrial(
                "fentry/tcp_connect", .program("typed_entry", attach: Link.attachTracing),
                use: "nothing yet", instead: "tp_btf"),
            ProbeTrial(
                "kprobe/tcp_connect",
                .program("function_entry") {
                    try Link.attachKprobe(program: $0, function: "tcp_connect")
                }, use: "nothing yet", instead: "tp_btf"),
            ProbeTrial(
                "uprobe", .program("user_probe") { try attachToSelf($0, atReturn: false) },
                use: "nothing yet", instead: "-"),
            ProbeTrial(
                "uretprobe", .program("user_return") { try attachToSelf($0, atReturn: true) },
                use: "nothing yet", instead: "-"),
            ProbeTrial(
                "raw_tp/kfree_skb",
                .program("raw_kfree_skb") {
                    try Link.attachRawTracepoint(program: $0, tracepoint: "kfree_skb")
                }, use: "nothing yet", instead: "tp_btf"),
            ProbeTrial(
                "tracepoint/skb/kfree_skb",
                .program("event_kfree_skb") {
                    let id = try TraceFileSystem.trace().text("events/skb/kfree_skb/id")
                    return try Link.attachTracepoint(
                        program: $0, id: UInt64(id.prefix(while: \.isNumber)) ?? 0)
                }, use: "nothing yet", instead: "tp_btf"),
            ProbeTrial(
                "lsm/socket_connect", .program("security", attach: Link.attachTracing),
                use: "nothing yet", instead: "cgroup hooks"),
        ]
    }

    /// Attaches to a function of the C library that nobody calls: it exists in this process.
    private static func attachToSelf(
        _ program: borrowing Program, atReturn: Bool
    ) throws -> Link {
        let maps = try ProcFile.read("/proc/self/maps").split(separator: "\n")
        guard
            let path = maps.lazy.compactMap({ $0.split(separator: " ").last.map(String.init) })
                .first(where: { $0.contains("/libc.so.6") || $0.contains("/libc-") })
        else {
            throw TracingError("attach", "uprobe", "no C library in /proc/self/maps")
        }
        let offset = try ExecutableFile.offset(of: "wcsxfrm_l", in: FilePath(path))
        return try Link.attachUprobe(
            program: program, path: FilePath(path), offset: offset, atReturn: atReturn)
    }
}
