internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import NetctlABI
internal import Policy
internal import SystemPackage

/// Loads programs of a hook from the object that the binary carries.
///
/// The programs of one attachment share its counters and its program array, and must agree on
/// multi-buffer support: the kernel refuses a tail call between those that do not.
struct HookObject {
    /// The hook whose object it is.
    let hook: Hook
    /// Whether XDP programs take frames of several buffers (BPF_F_XDP_HAS_FRAGS, Linux 5.18).
    let multiBuffer: Bool
    /// Whether packets begin with an Ethernet header; TC programs have to be told.
    let ethernet: Bool
    /// What XDP programs are loaded for, where a dispatcher calls the stub; nil: what their section says.
    let dispatcherType: AttachType?
    /// Whether the sources with the most packets are kept.
    var notesSources = true

    init(
        hook: Hook, multiBuffer: Bool, ethernet: Bool = true, dispatcherType: AttachType? = nil
    ) {
        self.hook = hook
        self.multiBuffer = multiBuffer
        self.ethernet = ethernet
        self.dispatcherType = dispatcherType
    }

    /// The object that an attachment's programs are of.
    init(_ attachment: AttachPoint, _ record: AttachmentRecord) {
        self.init(
            hook: attachment.hook, multiBuffer: record.multiBuffer, ethernet: record.ethernet,
            dispatcherType: record.dispatcherType.map(AttachType.init))
    }

    /// The programs that every hook's object has, by what they do.
    enum Role: String {
        case stub, filter, paused, pending
        /// What judges without a policy: the block list alone. Not on the hook for devices.
        case block

        /// Whether it looks at packets, and is for hooks where they have addresses.
        var judges: Bool { self == .filter || self == .block }
    }

    /// The name of a program in C: `xdp_filter`.
    func program(_ role: Role) -> String {
        "\(image.prefix)_\(role.rawValue)"
    }

    private var image: (object: EmbeddedObject, prefix: String) {
        switch hook {
        case .xdp: (BPFObjects.xdp, "xdp")
        case .tcIngress, .tcEgress: (BPFObjects.tc, "tc")
        case .cgroupIngress, .cgroupEgress: (BPFObjects.cgroupSkb, "cgroup")
        case .cgroupDevice: (BPFObjects.cgroupDevice, "device")
        }
    }

    /// Opens the object with one program, ready for its own configuration.
    ///
    /// - Parameters:
    ///   - role: The program; the others are not loaded.
    ///   - tables: The maps that it uses besides those.
    ///   - maps: What the attachment's programs share.
    /// - Returns: The object, not loaded.
    /// - Throws: `BPFError`.
    func open(_ role: Role, tables: [String] = [], maps: HookMaps) throws -> OpenObject {
        let (image, prefix) = image
        var object = try OpenObject(image: image.image(), name: prefix)
        let name = program(role)
        try object.loadOnly(programs: [name])
        let addresses = role.judges ? maps.addresses : nil
        try object.createOnly(
            maps: tables + ["counters", "bodies", "\(prefix).rodata"]
                + (addresses == nil ? [] : AddressMaps.names))
        try object.reuse(map: "counters", maps.counters.descriptor)
        try object.reuse(map: "bodies", maps.bodies.descriptor)
        if let addresses {
            try addresses.reuse(in: &object)
            try object.setGlobal("block_destination", to: hook.blocksDestinations)
            try object.setGlobal("notes_sources", to: notesSources)
        }
        try object.setGlobal("atomic_counters", to: hook.isInterruptible)
        switch hook {
        case .xdp:
            try object.setGlobal("multi_buffer", to: multiBuffer)
            if let dispatcherType {
                // What counts for frames of several buffers is then how the dispatcher was loaded; the
                // stub in it is without this flag, and those that it calls have to be.
                try object.setExpectedAttachType(program: name, dispatcherType)
            } else if multiBuffer {
                try object.setFlags(program: name, .xdpHasFrags)
            }
        case .tcIngress, .tcEgress:
            try object.setGlobal("ethernet", to: ethernet)
            try object.setGlobal("received", to: hook == .tcIngress)
        case .cgroupIngress, .cgroupEgress, .cgroupDevice:
            try object.setExpectedAttachType(program: name, hook.attachType)
        }
        return object
    }
}

extension Hook {
    /// Whether a program can be interrupted by itself on one CPU: XDP and TC run with bottom halves
    /// off, cgroup hooks do not; on PREEMPT_RT nothing does.
    fileprivate var isInterruptible: Bool { place == .cgroup || Self.isRealTime }

    private static let isRealTime = (try? FileIdentity(path: "/sys/kernel/realtime")) != nil

    /// The kernel's number of a hook that programs are held to.
    var attachType: AttachType {
        switch self {
        case .xdp: preconditionFailure("XDP programs are attached by interface and mode")
        case .tcIngress: .tcxIngress
        case .tcEgress: .tcxEgress
        case .cgroupIngress: .cgroupInetIngress
        case .cgroupEgress: .cgroupInetEgress
        case .cgroupDevice: .cgroupDevice
        }
    }
}

/// The program array of an attachment, through which its stub calls the body in force.
enum Bodies {
    /// Makes an empty one.
    static func create() throws -> Map {
        try Map.create(
            type: .programArray, name: "bodies", keySize: 4, valueSize: 4,
            maxEntries: NETCTL_BODY_MAX.rawValue)
    }
}
