internal import BPF
internal import PolicyCompiler

/// The addresses that a filter looks at on one side, `src` or `dst`.
final class AddressSide {
    let name: String
    let table: AddressTable
    /// Built when they have to be loaded, once for all attachments.
    private(set) lazy var tables = AddressTables(table)
    private(set) lazy var digest = table.digest
    private(set) lazy var isRanked4 = table.isRanked4

    private init(_ name: String, _ table: AddressTable) {
        self.name = name
        self.table = table
    }

    /// Those that a filter looks at.
    static func all(of filter: CompiledFilter) -> [AddressSide] {
        [("src", filter.src), ("dst", filter.dst)].compactMap { name, table in
            table.map { AddressSide(name, $0) }
        }
    }

    /// The names of the maps in `bpf/lib/tables.h`.
    var maps: [String] { AddressTables.names.map { "\(name)_\($0)" } }

    /// The tables as `status` shows them.
    var records: [TableRecord] {
        let bytes = tables.bytes
        return [
            TableRecord(
                "\(name) ipv4", "trie", entries: table.ipv4.count, bytes: bytes.ipv4,
                digest: digest),
            TableRecord(
                "\(name) ipv6", "hashes", entries: table.ipv6.count, bytes: bytes.ipv6,
                digest: digest),
        ]
    }
}

/// Tables of addresses that are in the kernel already: those of bodies in force, and those that an
/// apply has loaded. They depend on sets alone, so a changed rule needs none of them anew.
struct KnownAddresses {
    private struct Key: Hashable {
        let side: String
        let digest: String
    }

    private struct Tables {
        let maps: [String: UInt32]
        let records: [TableRecord]
    }

    private var tables: [Key: Tables] = [:]

    /// Adds those of a body, which has to live for as long as they are used; none where they may not be
    /// opened.
    mutating func add(_ body: borrowing Program, _ records: [TableRecord]) throws {
        guard let maps = try body.mapsByName() else { return }
        for side in ["src", "dst"] {
            let records = records.filter { $0.name.hasPrefix(side + " ") }
            let names = AddressTables.names.map { "\(side)_\($0)" }
            let found = maps.filter { names.contains($0.key) }
            guard let digest = records.first?.digest, found.count == names.count else { continue }
            tables[Key(side: side, digest: digest)] = Tables(maps: found, records: records)
        }
    }

    /// The maps to use for the sides of a filter; those that are missing have to be loaded.
    func tables(for sides: [AddressSide]) -> SharedTables {
        SharedTables(
            maps: sides.reduce(into: [:]) { maps, side in
                let known = tables[Key(side: side.name, digest: side.digest)]?.maps ?? [:]
                maps.merge(known) { first, _ in first }
            })
    }

    /// What is in the maps of a side that is there.
    func records(for side: AddressSide) -> [TableRecord]? {
        tables[Key(side: side.name, digest: side.digest)]?.records
    }
}
