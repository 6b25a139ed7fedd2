/// What netctl is to hold, and what was found: a table made of the results of all sections.
struct Targets {
    private let results: [Section: Results]

    init(_ results: [Section: Results]) { self.results = results }

    private struct Row {
        let what: String
        let found: Double?
        let limit: Double
        let unit: String
        /// Whether more is better.
        var isLeast = false

        var isMet: Bool { found.map { isLeast ? $0 >= limit : $0 <= limit } ?? false }
    }

    /// As Markdown; what falls short is bold.
    var table: String {
        var table = Table(["", "target", "found"])
        for row in packets + interface + commands + events {
            let found = row.found.map { "\($0.text)\(row.unit)" } ?? "not measured"
            table.add([
                row.what, "\(row.isLeast ? "≥" : "≤") \(row.limit.short)\(row.unit)",
                row.isMet || row.found == nil ? found : "**\(found)**",
            ])
        }
        return table.text
    }

    private static let million = 1_000_000

    private var packets: [Row] {
        let (floor4, floor6) = (ProgramCost.floor4, ProgramCost.floor6)
        let sets = [
            ("drop from 1,000,000 IPv4 prefixes", "IPv4 set, hit", floor4, 130.0),
            ("pass, same policy", "IPv4 set, miss", floor4, 60),
            ("drop from 1,000,000 IPv6 prefixes", "IPv6 set, hit", floor6, 480),
            ("pass, same policy", "IPv6 set, miss", floor6, 260),
        ].map { title, what, floor, limit in
            Row(
                what: "\(title): stream, over the program without rules",
                found: difference(stream(what, Self.million), stream(floor)), limit: limit,
                unit: " ns")
        }
        let rules = [(1000, 2.0), (4096, 4)].map { count, limit in
            Row(
                what: "\(grouped(count)) rules on five fields to 10 rules: stream",
                found: ratio(
                    stream("rules on five fields", count), stream("rules on five fields", 10)),
                limit: limit, unit: "×")
        }
        return sets + rules
    }

    private var interface: [Row] {
        [("iptables and ipset", 3.5), ("nft", 6)].flatMap { peer, limit in
            let point = "prerouting raw, \(peer)"
            let name = peer == "nft" ? peer : "ipset"
            let theirs = onVeth(point)
            let ours = onVeth(DropPoints.reference)
            let generator = median(.veth, VethCost.generatorAlone, nil, "ns a packet")
            return [
                Row(
                    what: "drop from 1,000,000 on a veth, \(name) to netctl native",
                    found: ratio(theirs, ours), limit: limit, unit: "×", isLeast: true),
                Row(
                    what: "the same, less the generator",
                    found: ratio(difference(theirs, generator), difference(ours, generator)),
                    limit: limit, unit: "×", isLeast: true),
            ]
        }
    }

    private var commands: [Row] {
        func control(_ what: String, _ column: SetCost.Operation) -> Double? {
            median(.control, what, Self.million, column.rawValue)
        }
        let counters = results[.start]?.measurements.first {
            $0.what.hasPrefix("read of all count")
        }
        return [
            Row(
                what: "`netctl apply` of 1,000,000 lines, cold", found: control("netctl", .load),
                limit: 500, unit: " ms"),
            Row(
                what: "its peak memory", found: control("netctl", .memory), limit: 400, unit: " MB"),
            Row(
                what: "the same again, 1% changed", found: control("netctl", .replace), limit: 500,
                unit: " ms"),
            Row(
                what: "`netctl block add` with 1,000,000 entries loaded",
                found: control("netctl, block list", .add), limit: 15, unit: " ms"),
            Row(
                what: "`netctl --version`",
                found: median(.start, "`netctl --version`, whole process", nil, "time"), limit: 10,
                unit: " ms"),
            Row(
                what: "all counters of 10 attachments of 4,096 rules",
                found: counters?.sample.median, limit: 5, unit: " ms"),
        ]
    }

    private var events: [Row] {
        func time(_ what: String) -> Double? { median(.tracing, what, nil, "time") }
        return [
            Row(
                what: "an event of XDP, over a packet that nobody reads about",
                found: difference(time(EventCost.written), time(EventCost.floor)), limit: 600,
                unit: " ns")
        ]
    }

    private func onVeth(_ point: String) -> Double? {
        median(.veth, point, Self.million, "ns a packet")
    }

    private func stream(_ what: String, _ entries: Int? = nil) -> Double? {
        median(.programs, what, entries, ProgramCase.Method.stream.rawValue)
    }

    private func median(
        _ section: Section, _ what: String, _ entries: Int?, _ column: String
    ) -> Double? {
        results[section]?.measurements.first {
            $0.what == what && $0.entries == entries && $0.column == column
        }?.sample.median
    }

    private func difference(_ value: Double?, _ floor: Double?) -> Double? {
        value.flatMap { value in floor.map { value - $0 } }
    }

    private func ratio(_ value: Double?, _ base: Double?) -> Double? {
        value.flatMap { value in base.map { value / $0 } }
    }
}

extension Double {
    /// Without digits behind the point where there are none.
    fileprivate var short: String { self == rounded() ? grouped(Int(self)) : "\(self)" }
}
