import Foundation
import TestSupport
import Testing

@testable import netctl_bench

/// From measurements to what people read.
@Suite("Results")
struct ResultsTests {
    private static let programs: Results = {
        var results = Results(.programs, command: "make bench BENCH=programs")
        results.measurements = [
            Measurement(what: "no rules", column: "stream", unit: "ns", values: [50, 52, 54]),
            Measurement(
                what: "set", entries: 1000, column: "stream", unit: "ns", values: [100, 104, 90],
                over: "no rules"),
            Measurement(
                what: "set", entries: 1_000_000, column: "stream", unit: "ns", values: [1240.4],
                over: "no rules"),
            Measurement(
                what: "set", entries: 1000, column: "same packet", unit: "ns", values: [60]),
        ]
        return results
    }()

    @Test("a row for each thing and size, and the difference of medians")
    func table() {
        #expect(
            Self.programs.table == """
                |  | entries | stream | over | same packet |
                | --- | --: | --: | --: | --: |
                | no rules |  | 52 (50) |  |  |
                | set | 1,000 | 100 (90) | 48 | 60 |
                | set | 1,000,000 | 1,240 | 1,188 |  |

                """)
    }

    @Test("packets: rates, ratios, and what was lost")
    func packets() {
        var results = Results(.veth, command: "make bench BENCH=veth")
        results.measurements = [
            Measurement(
                what: VethCost.generatorAlone, column: "ns a packet", unit: "ns", values: [100]),
            Measurement(
                what: DropPoints.reference, entries: 10, column: "ns a packet", unit: "ns",
                values: [200, 200, 200],
                packets: PacketCounts(sent: 30, received: 30, dropped: 30)),
            Measurement(
                what: "nft", entries: 10, column: "ns a packet", unit: "ns",
                values: [900, 800, 850],
                packets: PacketCounts(sent: 30, received: 29, dropped: 27)),
            Measurement(
                what: "empty", column: "ns a packet", unit: "ns", values: [150],
                packets: PacketCounts(sent: 30, received: 30)),
        ]
        let lines = results.table.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(lines.count == 4)
        #expect(lines[1].contains("| 5.0 |") && lines[1].hasSuffix("| 0 |"))
        #expect(lines[2].contains("4.3×") && lines[2].contains("7.5×"), "\(lines[2])")
        #expect(lines[2].hasSuffix("| 1 lost, 2 not dropped |"))
        #expect(lines[3].hasSuffix("| 0 |"))
    }

    @Test("complaints")
    func complaints() {
        #expect(PacketCounts(sent: 5, received: 5, dropped: 5).complaint == nil)
        #expect(PacketCounts(sent: 5, received: 5).complaint == nil)
        #expect(PacketCounts(sent: 5, received: 3).complaint == "2 lost")
        #expect(
            PacketCounts(sent: 5, received: 5, dropped: 1).complaint == "4 not dropped")
        #expect(
            PacketCounts(sent: 5, received: 5, dropped: 6).complaint == "1 dropped twice")
    }

    @Test("a file of results reads as it was written, a line for each measurement")
    func file() throws {
        let directory = try TemporaryDirectory()
        let folder = URL(filePath: directory.path)
        try Self.programs.write(to: folder)
        #expect(try Results(reading: folder, .programs) == Self.programs)
        let text = try String(contentsOf: folder.appending(path: "programs.json"), encoding: .utf8)
        #expect(text.split(separator: "\n").count == Self.programs.measurements.count)
    }

    @Test("a section of a document is replaced, and nothing else")
    func report() throws {
        let document = "# A\n\n<!-- bench: programs -->\nold\n<!-- end -->\nB\n"
        let written = try Report.replacing("programs", in: document, by: Self.programs.text)
        #expect(written.hasPrefix("# A\n\n<!-- bench: programs -->\n\n`make bench BENCH=programs`"))
        #expect(written.contains(Self.programs.table))
        #expect(written.hasSuffix("\n<!-- end -->\nB\n"))
        #expect(!written.contains("old"))
        #expect(try Report.replacing("programs", in: written, by: Self.programs.text) == written)
        #expect(throws: BenchError.self) {
            try Report.replacing("veth", in: document, by: Self.programs.text)
        }
    }

    @Test("the tables of docs/performance.md are those of its results")
    func documentIsUpToDate() throws {
        let docs = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs").standardized
        let folder = docs.appending(path: "performance")
        let document = try String(
            contentsOf: docs.appending(path: "performance.md"), encoding: .utf8)
        #expect(
            try Report.renewed(document, from: folder) == document,
            "make bench-report RESULTS=docs/performance")
    }

    @Test("targets: what is met, what falls short in bold, and what nobody measured")
    func targets() throws {
        func stream(_ what: String, _ entries: Int?, _ value: Double) -> netctl_bench.Measurement {
            netctl_bench.Measurement(
                what: what, entries: entries, column: "stream", unit: "ns", values: [value])
        }
        func veth(_ what: String, _ entries: Int?, _ value: Double) -> netctl_bench.Measurement {
            Measurement(
                what: what, entries: entries, column: "ns a packet", unit: "ns", values: [value])
        }
        var programs = Results(.programs, command: "")
        programs.measurements = [
            stream(ProgramCost.floor4, nil, 80), stream("IPv4 set, hit", 1_000_000, 200),
            stream("IPv4 set, miss", 1_000_000, 150), stream("rules on five fields", 10, 100),
            stream("rules on five fields", 1000, 200),
        ]
        var onVeth = Results(.veth, command: "")
        onVeth.measurements = [
            veth(VethCost.generatorAlone, nil, 100), veth(DropPoints.reference, 1_000_000, 300),
            veth("prerouting raw, nft", 1_000_000, 1500),
        ]
        let lines = Targets([.programs: programs, .veth: onVeth]).table.split(separator: "\n")
        func line(_ beginning: String) -> Substring? { lines.first { $0.contains(beginning) } }
        #expect(line("1,000,000 IPv4")?.hasSuffix("| ≤ 130 ns | 120 ns |") == true)
        #expect(line("pass, same policy")?.hasSuffix("| ≤ 60 ns | **70 ns** |") == true)
        #expect(line("1,000 rules")?.hasSuffix("| ≤ 2× | 2.0× |") == true)
        #expect(line("4,096 rules on five")?.hasSuffix("| ≤ 4× | not measured |") == true)
        #expect(line("on a veth, nft")?.hasSuffix("| ≥ 6× | **5.0×** |") == true)
        #expect(line("on a veth, ipset")?.hasSuffix("| ≥ 3.5× | not measured |") == true)
        #expect(lines.last { $0.contains("less the") }?.hasSuffix("| ≥ 6× | 7.0× |") == true)
    }
}
