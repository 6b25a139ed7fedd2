import Datapath

/// Tables of filters, one a line, for `--verbose`.
enum TableLines {
    /// `table of filter inbound: src ipv4 trie, 1000000 entries, 101318656 bytes`
    static func lines(_ tables: [TableRecord], of owner: String) -> [String] {
        tables.map { table in
            "table of \(owner): \(table.name) \(table.structure), \(table.entries) "
                + "\(table.entries == 1 ? "entry" : "entries"), \(table.bytes) bytes"
        }
    }

    /// The same for what an apply looked at, with what of it is new.
    static func lines(_ uses: [TableUse]) -> [String] {
        uses.flatMap { use in
            lines(use.tables, of: use.filter)
                + ["tables of \(use.filter): \(use.newBytes) bytes to load"]
        }
    }
}
