internal import BPF
internal import BPFObjects
internal import NetctlABI
internal import SystemPackage

/// The maps of a socket context, which all its programs share.
struct ContextMaps: ~Copyable {
    let context: HashMap<UInt64, netctl_socket>
    let recent: HashMap<UInt64, netctl_socket>
    let totals: ArrayMap<netctl_context_totals>
    /// In the sockets themselves: it has no elements of its own.
    let inherit: Map
    /// Drops, where they are remembered.
    let drops: HashMap<netctl_drop_key, netctl_drop>

    /// The names in C.
    private enum Name: String, CaseIterable {
        case context = "socket_context"
        case recent = "socket_recent"
        case totals = "context_totals"
        case inherit = "socket_inherit"
        case drops = "drop_history"
    }

    /// Makes new ones.
    ///
    /// - Parameter remembering: Whether drops are remembered.
    /// - Returns: The maps, empty.
    /// - Throws: `BPFError`.
    static func create(remembering: Bool) throws -> ContextMaps {
        var object = try OpenObject(image: BPFObjects.socketHistory.image(), name: "context")
        try object.loadOnly(programs: [])
        try object.createOnly(maps: Name.allCases.map(\.rawValue))
        if !remembering { try object.setMaxEntries(map: Name.drops.rawValue, 1) }
        let loaded = try object.load()
        return ContextMaps(
            context: try loaded.map(Name.context.rawValue),
            recent: try loaded.map(Name.recent.rawValue),
            totals: try loaded.map(Name.totals.rawValue),
            inherit: try loaded.map(Name.inherit.rawValue),
            drops: try loaded.map(Name.drops.rawValue))
    }

    private init(
        context: consuming HashMap<UInt64, netctl_socket>,
        recent: consuming HashMap<UInt64, netctl_socket>,
        totals: consuming ArrayMap<netctl_context_totals>, inherit: consuming Map,
        drops: consuming HashMap<netctl_drop_key, netctl_drop>
    ) {
        self.context = context
        self.recent = recent
        self.totals = totals
        self.inherit = inherit
        self.drops = drops
    }

    /// Opens the pinned ones.
    init(pinnedIn folder: FilePath) throws {
        func map(_ name: Name) throws -> Map { try Map(pinned: folder.appending(name.rawValue)) }
        self.init(
            context: try HashMap(map(.context)), recent: try HashMap(map(.recent)),
            totals: try ArrayMap(map(.totals)), inherit: try map(.inherit),
            drops: try HashMap(map(.drops)))
    }

    /// Pins all of them.
    borrowing func pin(in folder: FilePath) throws {
        func path(_ name: Name) -> FilePath { folder.appending(name.rawValue) }
        try context.map.pin(at: path(.context))
        try recent.map.pin(at: path(.recent))
        try totals.map.pin(at: path(.totals))
        try inherit.pin(at: path(.inherit))
        try drops.map.pin(at: path(.drops))
    }

    /// Puts them into an object, in place of its own.
    borrowing func share(with object: inout OpenObject) throws {
        for name in object.mapNames {
            switch Name(rawValue: name) {
            case .context: try object.reuse(map: name, context.map.descriptor)
            case .recent: try object.reuse(map: name, recent.map.descriptor)
            case .totals: try object.reuse(map: name, totals.map.descriptor)
            case .inherit: try object.reuse(map: name, inherit.descriptor)
            case .drops: try object.reuse(map: name, drops.map.descriptor)
            case nil: continue
            }
        }
    }
}

extension ContextMaps {
    /// The bytes that they take.
    var memory: UInt64 {
        var bytes = context.map.memory ?? 0
        bytes += recent.map.memory ?? 0
        bytes += totals.map.memory ?? 0
        bytes += drops.map.memory ?? 0
        return bytes
    }
}
