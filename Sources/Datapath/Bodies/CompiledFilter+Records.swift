internal import NetctlABI
internal import PolicyCompiler

extension CompiledFilter {
    /// The tables besides those of addresses, as `status` shows them.
    var otherRecords: [TableRecord] {
        var records = values.sorted { $0.key.abi.rawValue < $1.key.abi.rawValue }.map {
            dimension, table in
            TableRecord(
                String(dimension.classMap.dropLast("_class".count)), "array",
                entries: Set(table.classes).count,
                bytes: table.classes.count * 2)
        }
        if let mark {
            // A node of the kernel's trie, with what its allocator adds.
            records.append(
                TableRecord(
                    "mark", "lpm", entries: mark.prefixes.count, bytes: mark.prefixes.count * 64))
        }
        let classes = (src?.rows.count ?? 0) + (dst?.rows.count ?? 0)
        records.append(
            TableRecord(
                "rows", "bitmaps", entries: rowSummaries.count,
                bytes: (rowSummaries.count + rowWords.count + classes) * 8))
        records.append(
            TableRecord(
                "rules", "array", entries: rules.count,
                bytes: rules.count * MemoryLayout<netctl_rule>.stride))
        return records
    }
}
