internal import BPF
internal import SystemPackage

extension HookObject {
    /// Maps that a second instance of a body has for itself: what it wrote there would be seen.
    private static let written: Set<String> = Set(
        ["counters", "bodies", "limits"] + AddressMaps.names
    ).union(BodyEvents.allMaps)

    /// Loads a second instance of a body that is in force, on its tables and its constants.
    ///
    /// - Parameters:
    ///   - running: The body in force.
    ///   - maps: What it has for itself.
    /// - Returns: The program, whose limits are fresh.
    /// - Throws: `BPFError`, also when a table is gone because the body was replaced.
    func loadFilter(
        onTablesOf running: borrowing Program, maps: HookMaps
    ) throws -> Program {
        let used = try running.info.mapIDs
        let names = try used.map { try Map(id: $0).info.name }
        var object = try open(.filter, tables: names, maps: maps)
        for (id, name) in zip(used, names) where !Self.written.contains(name) {
            let map = try Map(id: id)
            // Rows are as wide as the filter; constants are as they are.
            if object.mapNames.contains(name) {
                try object.setValueSize(map: name, bytes: UInt32(map.info.valueSize))
            }
            try object.reuse(map: name, map.descriptor)
        }
        return try object.load().program(program(.filter))
    }
}

extension Attachment {
    /// The body of the policy in force, or behind a pause.
    func policyBody() throws -> Program {
        guard let root = try PinRoot.existing(),
            let id = try OpenBodies(root.pins(of: point)).policyProgram()
        else {
            throw DatapathError("look at policy in force", name, "it was detached meanwhile")
        }
        return try Program(pinned: root.pins(of: point).body(id))
    }
}
