/// Where a filter goes.
public struct AttachEntry: Equatable, Sendable {
    /// What to attach to.
    public var target: AttachTarget
    /// Names under /run/netns; empty means the caller's namespace.
    public var netns: [String]
    /// Whether a missing interface is a warning instead of an error.
    public var optional: Bool
    /// Whether what would be dropped here is only counted and reported, and passes.
    public var monitor: Bool
    /// How XDP is to run.
    public var mode: XDPModeRequest
    /// The filter of the XDP hook.
    public var xdp: Name
    /// Where the entry stands.
    @NotCompared public var location: SourceLocation

    /// Makes an entry.
    public init(
        target: AttachTarget, netns: [String] = [], optional: Bool = false,
        monitor: Bool = false, mode: XDPModeRequest = .auto, xdp: Name,
        location: SourceLocation = .none
    ) {
        self.target = target
        self.netns = netns
        self.optional = optional
        self.monitor = monitor
        self.mode = mode
        self.xdp = xdp
        self.location = location
    }
}

/// What an attach entry is about.
public enum AttachTarget: Equatable, Sendable {
    /// Network interfaces, by name or pattern.
    case interfaces([InterfacePattern])
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
