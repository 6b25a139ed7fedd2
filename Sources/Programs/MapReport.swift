internal import BPF
internal import LinuxSystem

/// What is known of a map in the kernel, anybody's.
public struct MapReport: Encodable, Sendable {
    /// The kernel's number.
    public let id: UInt32
    /// The first 15 bytes of its name.
    public let name: String
    /// The type: `percpu_array`.
    public let type: String
    /// The size of a key, in bytes.
    public let keyBytes: Int
    /// The size of a value, in bytes.
    public let valueBytes: Int
    /// The most elements that it holds.
    public let maxEntries: UInt32
    /// `BPF_F_*` of its creation.
    public let flags: UInt32
    /// How much memory is accounted to it; `nil` if the kernel does not tell.
    public let memoryBytes: UInt64?
    /// Whether system calls may no longer write to it.
    public let isFrozen: Bool
    /// The type of its keys in C; `nil` without type information.
    public let keyType: String?
    /// The type of its values in C.
    public let valueType: String?
    /// The programs that use it.
    public let programIDs: [UInt32]

    private enum CodingKeys: String, CodingKey {
        case id, name, type, flags
        case keyBytes = "key_bytes"
        case valueBytes = "value_bytes"
        case maxEntries = "max_entries"
        case memoryBytes = "memory_bytes"
        case isFrozen = "frozen"
        case keyType = "key_type"
        case valueType = "value_type"
        case programIDs = "program_ids"
    }

    /// All keys are there, null where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(type, forKey: .type)
        try container.encode(keyBytes, forKey: .keyBytes)
        try container.encode(valueBytes, forKey: .valueBytes)
        try container.encode(maxEntries, forKey: .maxEntries)
        try container.encode(flags, forKey: .flags)
        try container.encode(memoryBytes, forKey: .memoryBytes)
        try container.encode(isFrozen, forKey: .isFrozen)
        try container.encode(keyType, forKey: .keyType)
        try container.encode(valueType, forKey: .valueType)
        try container.encode(programIDs, forKey: .programIDs)
    }

    private init(_ map: borrowing Map, users: [UInt32: [UInt32]]) {
        let info = map.info
        id = info.id
        name = info.name
        type = "\(info.type)"
        keyBytes = info.keySize
        valueBytes = info.valueSize
        maxEntries = info.maxEntries
        flags = info.flags.rawValue
        let account = map.account
        memoryBytes = account.memoryBytes
        isFrozen = account.isFrozen
        let types = try? map.types()
        keyType = types.flatMap { $0.key == 0 ? nil : $0.types.declaration(of: $0.key) }
        valueType = types.map { $0.types.declaration(of: $0.value) }
        programIDs = users[info.id] ?? []
    }

    /// Reports one map, or all of them.
    ///
    /// - Parameter reference: The map; `nil` for all.
    /// - Returns: The reports, by id.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public static func read(_ reference: Reference?) throws -> [MapReport] {
        let users = try usersByMap()
        if let reference { return [MapReport(try reference.map(), users: users)] }
        var reports: [MapReport] = []
        for id in try Map.ids() {
            // One may be gone between the two calls.
            guard let map = try? Map(id: id) else { continue }
            reports.append(MapReport(map, users: users))
        }
        return reports
    }

    private static func usersByMap() throws(BPFError) -> [UInt32: [UInt32]] {
        var users: [UInt32: [UInt32]] = [:]
        for id in try Program.ids() {
            for map in (try? Program(id: id).info.mapIDs) ?? [] {
                users[map, default: []].append(id)
            }
        }
        return users
    }
}
