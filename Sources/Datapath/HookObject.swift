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
    /// Whether programs take frames of several buffers (BPF_F_XDP_HAS_FRAGS, Linux 5.18).
    let multiBuffer: Bool

    /// The programs that every hook's object has, by what they do.
    enum Role: String {
        case stub, filter, paused
    }

    /// The name of a program in C: `xdp_filter`.
    func program(_ role: Role) -> String {
        "\(image.prefix)_\(role.rawValue)"
    }

    private var image: (object: EmbeddedObject, prefix: String) {
        switch hook {
        case .xdp: (BPFObjects.xdp, "xdp")
        case .tcIngress, .tcEgress, .cgroupIngress, .cgroupEgress, .cgroupDevice:
            preconditionFailure("AttachTarget admits no \(hook)")
        }
    }

    /// Opens the object with one program, ready for its own configuration.
    ///
    /// - Parameters:
    ///   - role: The program; the others are not loaded.
    ///   - tables: The maps that it uses besides counters and bodies.
    ///   - counters: The attachment's counters.
    ///   - bodies: The attachment's program array.
    /// - Returns: The object, not loaded.
    /// - Throws: `BPFError`.
    func open(
        _ role: Role, tables: [String] = [], counters: borrowing Map, bodies: borrowing Map
    ) throws -> OpenObject {
        var object = try OpenObject(image: image.object.image(), name: hook.rawValue)
        let name = program(role)
        try object.loadOnly(programs: [name])
        try object.createOnly(maps: tables + ["counters", "bodies", "\(hook).rodata"])
        try object.reuse(map: "counters", counters.descriptor)
        try object.reuse(map: "bodies", bodies.descriptor)
        try object.setGlobal("atomic_counters", to: Self.isInterruptible)
        try object.setGlobal("multi_buffer", to: multiBuffer)
        if multiBuffer { try object.setFlags(program: name, .xdpHasFrags) }
        return object
    }

    /// On PREEMPT_RT a program can be interrupted by itself on one CPU.
    private static let isInterruptible =
        (try? FileIdentity(path: "/sys/kernel/realtime")) != nil
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
