/// Where filters go, or a program that a user brings.
public struct AttachEntry: Equatable, Sendable {
    /// What to attach to.
    public var subject: AttachSubject
    /// Names under /run/netns; empty means the caller's namespace.
    public var netns: [String]
    /// Whether a missing interface is a warning instead of an error.
    public var optional: Bool
    /// Whether what would be dropped here is only counted and reported, and passes.
    public var monitor: Bool
    /// How XDP is to run.
    public var mode: XDPModeRequest
    /// How the XDP hook is shared with programs of others; nil: not at all.
    public var share: XDPShare?
    /// How TC programs are to be held.
    public var tc: TCModeRequest
    /// What goes on which hook, in the order of the hooks; empty with a program.
    public var uses: [HookUse]
    /// The program that a user brings.
    public var program: ProgramUse?
    /// Where the entry stands.
    @NotCompared public var location: SourceLocation

    /// Makes an entry.
    public init(
        _ subject: AttachSubject, netns: [String] = [], optional: Bool = false,
        monitor: Bool = false, mode: XDPModeRequest = .auto, share: XDPShare? = nil,
        tc: TCModeRequest = .auto, uses: [HookUse] = [], program: ProgramUse? = nil,
        location: SourceLocation = .none
    ) {
        self.subject = subject
        self.netns = netns
        self.optional = optional
        self.monitor = monitor
        self.mode = mode
        self.share = share
        self.tc = tc
        self.uses = uses
        self.program = program
        self.location = location
    }
}

/// What an attach entry is about.
public enum AttachSubject: Equatable, Sendable {
    /// Network interfaces, by name or pattern.
    case interfaces([InterfacePattern])
    /// A cgroup: a path below the mount of cgroup v2, or a full one.
    case cgroup(String)
    /// What the section of a user's program names in the kernel.
    case kernel

    /// What has the hooks; nil for the kernel's own, of which netctl has no list.
    public var place: Hook.Place? {
        switch self {
        case .interfaces: .interface
        case .cgroup: .cgroup
        case .kernel: nil
        }
    }
}

/// What an attach entry puts on a hook.
public struct HookUse: Equatable, Sendable {
    /// The hook.
    public var hook: Hook
    /// The filter, or for the cgroup device hook the device list.
    public var name: Name
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// A use.
    public init(hook: Hook, name: Name, location: SourceLocation = .none) {
        self.hook = hook
        self.name = name
        self.location = location
    }
}

/// How an attach entry wants TC programs to be held.
public enum TCModeRequest: String, Hashable, Sendable, CaseIterable {
    /// By TCX links where the kernel has them (Linux 6.6), else as clsact filters.
    case auto
    /// As filters of a clsact qdisc, direct action.
    case clsact
    /// By TCX links.
    case tcx
}

/// The XDP mode that an attach entry asks for.
public enum XDPModeRequest: String, Hashable, Sendable, CaseIterable {
    /// Native where the driver can, else generic.
    case auto
    /// In the driver (`XDP_FLAGS_DRV_MODE`).
    case xdpdrv
    /// On socket buffers (`XDP_FLAGS_SKB_MODE`).
    case xdpgeneric
    /// On the card (`XDP_FLAGS_HW_MODE`).
    case xdpoffload

    /// The mode of a text: the names above, or `native`, `generic`, `offload`.
    public init?(text: String) {
        if let mode = Self.synonyms[text] { self = mode } else { self.init(rawValue: text) }
    }

    static let synonyms: [String: XDPModeRequest] = [
        "native": .xdpdrv, "generic": .xdpgeneric, "offload": .xdpoffload,
    ]
}
