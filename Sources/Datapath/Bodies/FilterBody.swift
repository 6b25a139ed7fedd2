internal import BPF
internal import LinuxSystem
internal import NetTypes
internal import NetctlABI
internal import Policy
internal import PolicyCompiler
internal import SystemPackage

extension HookObject {
    /// Loads what judges by the block list alone, where no policy is.
    ///
    /// - Parameters:
    ///   - maps: What the attachment's programs share.
    ///   - events: What events need.
    /// - Returns: The program.
    /// - Throws: `BPFError`.
    func loadBlock(_ maps: HookMaps, events: BodyEvents) throws -> Program {
        var object = try open(.block, maps: maps)
        try events.configure(&object, rules: 0)
        let loaded = try object.load()
        try events.fill(loaded, rules: [], reasons: [.block])
        return try loaded.program(program(.block))
    }

    /// Loads the body of a filter and fills its tables. Nothing calls it yet.
    ///
    /// - Parameters:
    ///   - filter: The compiled filter.
    ///   - sides: Its addresses, where other bodies of it share them.
    ///   - slots: A counter slot for each rule, in order.
    ///   - maps: What the attachment's programs share.
    ///   - redirects: The interfaces that rules redirect to.
    ///   - shared: Tables of other bodies, by name, that are used instead of new ones.
    ///   - limits: Where the buckets of limits are pinned, or will be; nil for ones of its own.
    ///   - events: What events need; nil for a body that makes none.
    /// - Returns: The program.
    /// - Throws: ``DatapathError`` when a rule asks for what the hook cannot do; `BPFError` when the
    ///   kernel refuses the program or has no memory for its tables.
    func loadFilter(
        _ filter: CompiledFilter, sides: [AddressSide]? = nil, slots: [UInt32], maps: HookMaps,
        redirects: Redirects, shared: SharedTables = .none, limits: FilePath? = nil,
        events: BodyEvents? = nil
    ) throws -> Program {
        // The reader and the plan have said so at the rule, where there are any.
        if let feature = filter.features.first(where: { !$0.hooks.contains(hook) }) {
            throw DatapathError(
                "load filter '\(filter.name)'", "\(hook)", "it cannot do '\(feature.rawValue)'",
                code: .invalidPolicy)
        }
        let tables = FilterTables(
            filter, sides: sides ?? AddressSide.all(of: filter), slots: slots,
            redirects: redirects, shared: shared, hook: hook)
        var object = try open(.filter, tables: tables.names, maps: maps)
        try tables.configure(&object)
        for (name, id) in shared.maps {
            try object.reuse(map: name, Map(id: id).descriptor)
        }
        if filter.isLimited, let limits {
            try object.reuse(map: "limits", Limits.pinnedOrCreate(at: limits).descriptor)
        }
        try events?.configure(&object, rules: filter.rules.count)
        let loaded: LoadedObject
        do throws(BPFError) {
            loaded = try object.load()
        } catch {
            guard error.errno == .noMemory else { throw error }
            throw DatapathError(
                "load filter '\(filter.name)'", "its tables", "\(error)",
                hint: "'netctl apply --dry-run --verbose' says what they take")
        }
        try tables.fill(loaded)
        try events?.fill(loaded, rules: filter.ruleLogs, reasons: filter.loggedReasons)
        return try loaded.program(program(.filter))
    }
}
