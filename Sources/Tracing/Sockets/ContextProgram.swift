internal import BPF
internal import BPFObjects

/// A program of the socket context: what it sees, and how it is attached.
struct ContextProgram: Sendable {
    /// Its name in C.
    let name: String
    let object: EmbeddedObject
    let hook: Hook
    /// What is lost without it.
    let purpose: String

    /// Whether it looks at why packets are dropped.
    var tellsReasons: Bool { name.hasPrefix("socket_drop") }

    enum Hook: Sendable {
        /// At the root of all cgroups.
        case cgroup(AttachType)
        /// On what its section names.
        case tracing
    }

    private static func cgroup(
        _ name: String, _ type: AttachType, _ purpose: String
    ) -> ContextProgram {
        ContextProgram(
            name: name, object: BPFObjects.socketContext, hook: .cgroup(type), purpose: purpose)
    }

    private static func tracing(
        _ name: String, _ object: EmbeddedObject, _ purpose: String
    ) -> ContextProgram {
        ContextProgram(name: name, object: object, hook: .tracing, purpose: purpose)
    }

    /// Alternatives for each thing that is seen: the first one that can be loaded and attached is used.
    /// In this order: the ends first, so that what is seen to begin is seen to end.
    static let always: [[ContextProgram]] = [
        [tracing("socket_destroy", BPFObjects.socketState, "the end of TCP sockets")],
        [cgroup("socket_release", .cgroupSocketRelease, "the end of other sockets")],
        [tracing("socket_state", BPFObjects.socketState, "listeners and incoming connections")],
        [cgroup("socket_create", .cgroupSocketCreate, "who makes sockets")],
        [cgroup("socket_bind4", .cgroupInet4PostBind, "who binds IPv4 sockets")],
        [cgroup("socket_bind6", .cgroupInet6PostBind, "who binds IPv6 sockets")],
        [cgroup("socket_connect4", .cgroupInet4Connect, "who connects over IPv4")],
        [cgroup("socket_connect6", .cgroupInet6Connect, "who connects over IPv6")],
        [cgroup("socket_send4", .cgroupUDP4SendMessage, "who sends IPv4 datagrams")],
        [cgroup("socket_send6", .cgroupUDP6SendMessage, "who sends IPv6 datagrams")],
        [
            tracing("socket_accept", BPFObjects.socketAccept, "who accepts connections"),
            tracing("socket_accept4", BPFObjects.socketAccept, "who accepts connections"),
        ],
    ]

    /// Those that remember, while the context is on.
    static let remembering: [[ContextProgram]] = [
        [
            tracing("socket_drop", BPFObjects.socketHistory, "what the kernel drops"),
            tracing("socket_drop3", BPFObjects.socketHistory, "what the kernel drops"),
        ],
        [tracing("socket_resent", BPFObjects.socketHistory, "retransmissions")],
        [tracing("socket_reset", BPFObjects.socketHistory, "resets received")],
        [tracing("socket_resets", BPFObjects.socketHistory, "resets sent")],
    ]

    /// Those that see each call that sends or receives.
    static let trackingUsers: [[ContextProgram]] = [
        [tracing("socket_sends", BPFObjects.socketUse, "who sends")],
        [tracing("socket_receives", BPFObjects.socketUse, "who receives")],
    ]
}
