extension Results {
    /// The measurements as a Markdown table: a row for each thing and size, and two columns for each
    /// way of measuring when there is something to compare with.
    var table: String {
        section == .veth ? packetTable : plainTable
    }

    private struct Row: Hashable {
        let what: String
        let entries: Int?
    }

    private var plainTable: String {
        let columns = measurements.map(\.column).uniqued
        let compared = Set(measurements.filter { $0.over != nil }.map(\.column))
        let rows = measurements.map { Row(what: $0.what, entries: $0.entries) }.uniqued
        let hasEntries = rows.contains { $0.entries != nil }
        var table = Table(
            [""] + (hasEntries ? ["entries"] : [])
                + columns.flatMap { compared.contains($0) ? [$0, "over"] : [$0] })
        for row in rows {
            var cells = [row.what]
            if hasEntries { cells.append(row.entries.map(grouped) ?? "") }
            for column in columns {
                let found = measurements.first {
                    $0.what == row.what && $0.entries == row.entries && $0.column == column
                }
                cells.append(found.map(Self.cell) ?? "")
                guard compared.contains(column) else { continue }
                let floor = found.flatMap { found in
                    measurements.first { $0.what == found.over && $0.column == column }
                }
                if let found, let floor {
                    cells.append((found.sample.median - floor.sample.median).text)
                } else {
                    cells.append("")
                }
            }
            table.add(cells)
        }
        return table.text
    }

    /// `1.2 (1.1) ms`: median and minimum.
    private static func cell(_ measurement: Measurement) -> String {
        let sample = measurement.sample
        let unit = measurement.unit == "ns" ? "" : " \(measurement.unit)"
        guard measurement.values.count > 1 else { return "\(sample.median.text)\(unit)" }
        return "\(sample.median.text) (\(sample.minimum.text))\(unit)"
    }

    /// Time and rate of packets, and how often as long as netctl's in native mode with the same list
    /// they take: as they were sent, and without the time of the generator.
    private var packetTable: String {
        var table = Table([
            "drop point", "entries", "ns a packet: median (min), quartiles", "Mpps",
            "to netctl native", "less the generator", "to netctl native", "lost",
        ])
        let generator = measurements.first { $0.what == VethCost.generatorAlone }
        for item in measurements {
            let sample = item.sample
            let quartiles = sample.quartiles
            let ours = measurements.first {
                $0.what == DropPoints.reference && $0.entries == item.entries
            }
            func ratio(less: Double) -> String {
                guard let ours, ours.what != item.what else { return "" }
                let ratio = (sample.median - less) / (ours.sample.median - less)
                return "\((ratio * 10).rounded() / 10)×"
            }
            let less = generator.map(\.sample.median)
            let isGenerator = item.what == VethCost.generatorAlone
            table.add([
                item.what, item.entries.map(grouped) ?? "",
                "\(sample.median.text) (\(sample.minimum.text)), "
                    + "\(quartiles.lower.text)–\(quartiles.upper.text)",
                "\(((1e5 / sample.median).rounded() / 100))", ratio(less: 0),
                less.map { isGenerator ? "" : (sample.median - $0).text } ?? "",
                less.map(ratio) ?? "", item.packets.map { $0.complaint ?? "0" } ?? "",
            ])
        }
        return table.text
    }
}

extension Array where Element: Hashable {
    /// Each element once, in the order of first appearance.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
