import Foundation
import TestSupport
import Testing

@testable import netctl_bench

@Suite("Charts")
struct ChartTests {
    private static let canDraw =
        (try? run(["/usr/bin/python3", "-c", "import matplotlib"]))?.status == 0

    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../scripts/performance-charts.py").standardized.path

    @Test(
        "every series is in the legend, and the same results make the same file",
        .enabled(if: canDraw, "matplotlib is not installed (scripts/install-dependencies.sh bench)")
    )
    func legend() throws {
        var results = Results(.veth, command: "make bench BENCH=veth")
        results.measurements = [
            Measurement(
                what: "XDP native, empty program", column: "ns a packet", unit: "ns", values: [150])
        ]
        for (what, time) in [(DropPoints.reference, 200.0), ("netdev ingress, nft", 2000)] {
            for entries in [10, 1_000_000] {
                results.measurements.append(
                    Measurement(
                        what: what, entries: entries, column: "ns a packet", unit: "ns",
                        values: [time, time * 1.1]))
            }
        }
        let directory = try TemporaryDirectory()
        try results.write(to: URL(filePath: directory.path))
        var drawn: [String] = []
        for _ in 0..<2 {
            let result = try run(["/usr/bin/python3", Self.script, directory.path, directory.path])
            #expect(result.status == 0, "\(result.stderr)")
            drawn.append(
                try String(
                    contentsOfFile: directory.path + "/packets-per-second.svg", encoding: .utf8))
        }
        for text in ["XDP native, netctl", "netdev ingress, nft", "empty program", ">1M<"] {
            #expect(drawn[0].contains(text), "\(text)")
        }
        #expect(drawn[0] == drawn[1])
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/load-time.svg"))
    }
}
