internal import BPF
internal import Policy
internal import PolicyCompiler

/// The tables of a filter, as an apply would have them.
public struct TableUse: Sendable {
    /// The filter, as plans write it.
    public let filter: String
    /// Its tables.
    public let tables: [TableRecord]
    /// What of them is not in the kernel yet, in bytes.
    public let newBytes: Int
}

/// What an apply compiles, and what memory its tables take, known before any of it is loaded.
struct Preflight {
    /// Hooks share what is compiled for them.
    struct Compilation: Hashable {
        let name: Name
        let isDeviceList: Bool
        let monitor: Bool

        init(_ use: FilterUse) {
            name = use.filter
            isDeviceList = use.hook == .cgroupDevice
            monitor = use.monitor
        }
    }

    /// A body, and the addresses that it looks at.
    struct Compiled {
        let body: CompiledBody
        let sides: [AddressSide]
    }

    private let policy: Policy
    private var compiled: [Compilation: Compiled] = [:]
    /// Addresses that need not be loaded.
    var known = KnownAddresses()
    /// The tables of each filter.
    private(set) var uses: [TableUse] = []
    /// Those that have to be made.
    private var new: [(use: String, table: TableRecord)] = []

    init(_ policy: Policy) { self.policy = policy }

    /// Compiles what an attachment uses.
    mutating func compile(_ use: FilterUse) throws -> Compiled {
        let compilation = Compilation(use)
        if let known = compiled[compilation] { return known }
        let body = try CompiledBody(use, of: policy)
        var sides: [AddressSide] = []
        if case .filter(let filter) = body { sides = AddressSide.all(of: filter) }
        let result = Compiled(body: body, sides: sides)
        compiled[compilation] = result
        return result
    }

    /// Compiles all that a plan loads.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - root: The folder of pins; nil while nothing is attached.
    ///   - attempt: What it is for, where tables are refused that there is no memory to build.
    /// - Throws: `CompileError`, ``DatapathError``, or `BPFError` when a body in force cannot be
    ///   looked at.
    mutating func look(at plan: Plan, in root: PinRoot?, attempt: String? = nil) throws {
        for attachment in plan.steps.compactMap(\.attachment) {
            guard let root, let records = attachment.policy?.tables else { continue }
            let pins = root.pins(of: attachment.point)
            let bodies = try OpenBodies(pins)
            guard let id = try bodies.program(at: bodies.policyEntry()) else { continue }
            try known.add(Program(pinned: pins.body(id)), records)
        }
        var seen: Set<Compilation> = []
        for use in plan.steps.compactMap(\.use) where seen.insert(Compilation(use)).inserted {
            let compiled = try compile(use)
            if let attempt { try requireMemory(attempt, toBuild: compiled.sides, of: use) }
            guard let records = records(of: compiled) else { continue }
            let there = Set(compiled.sides.filter { known.records(for: $0) != nil }.map(\.digest))
            let new = records.filter { $0.digest.map { !there.contains($0) } ?? true }
            uses.append(TableUse(filter: "\(use)", tables: records, newBytes: new.bytes))
            self.new += new.map { ("\(use)", $0) }
        }
    }

    /// Refuses addresses that there is no memory to build tables of: they are here before they are in the
    /// kernel, and whoever runs out of memory then is killed without a word.
    private func requireMemory(
        _ attempt: String, toBuild sides: [AddressSide], of use: FilterUse
    ) throws {
        let new = sides.filter { known.records(for: $0) == nil }.map { side in
            let table = side.table
            return (
                "\(use)",
                TableRecord(
                    "\(side.name) addresses", "", entries: table.ipv4.count + table.ipv6.count,
                    bytes: table.leastBytes)
            )
        }
        try MemoryBudget.current()?.require(attempt, new, building: true)
    }

    /// Refuses tables that memory has no room for.
    func requireMemory(_ attempt: String) throws {
        try MemoryBudget.current()?.require(attempt, new)
    }

    /// The tables of a filter; nil for a device list, which has none worth telling.
    func records(of compiled: Compiled) -> [TableRecord]? {
        guard case .filter(let filter) = compiled.body else { return nil }
        return compiled.sides.flatMap { known.records(for: $0) ?? $0.records }
            + filter.otherRecords
    }
}

extension Plan.Step {
    /// What is put in force.
    fileprivate var use: FilterUse? {
        switch self {
        case .attach(_, let use), .replace(_, let use): use
        case .clear, .detach, .attachProgram, .replaceProgram, .detachProgram: nil
        }
    }

    /// The attachment that there is already.
    fileprivate var attachment: Attachment? {
        switch self {
        case .attach, .attachProgram, .replaceProgram, .detachProgram: nil
        case .replace(let attachment, _), .clear(let attachment), .detach(let attachment):
            attachment
        }
    }
}
