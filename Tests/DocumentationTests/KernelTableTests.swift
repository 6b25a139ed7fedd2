import Foundation
import TestSupport
import Testing

/// docs/kernels.md says what ran: its tables are those that `make vm-report` makes of docs/kernels/*.tsv.
@Suite("Tables of kernels", .enabled(if: hasPython, "/usr/bin/python3 is not installed"))
struct KernelTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardized.path

    /// The document with its tables made anew from a folder of results.
    private static func report(_ results: String, _ document: String) throws -> String {
        let directory = try TemporaryDirectory()
        let copy = try directory.write(document, to: "kernels.md")
        try runChecked(["/usr/bin/python3", "\(root)/scripts/kernel-report.py", results, copy])
        return try String(contentsOfFile: copy, encoding: .utf8)
    }

    @Test("the tables of docs/kernels.md are made of the results beside it")
    func current() throws {
        let document = try String(contentsOfFile: "\(Self.root)/docs/kernels.md", encoding: .utf8)
        #expect(try Self.report("\(Self.root)/docs/kernels", document) == document)
    }

    @Test("results, what was skipped and figures, in the order of the kernels")
    func tables() throws {
        let results = try TemporaryDirectory()
        _ = try results.write(
            """
            Old\tresult\tpassed\t12\t52\t2\t6.1.192\t2026-11-25
            Old\tskipped\t"a | b"\tno TCX
            many\tresult\tfailed\t3\t0\t0\t6.1.192\t2026-11-26
            many\tfigure\txdp\t12345

            """, to: "6.1.tsv")
        _ = try results.write(
            "Old\tresult\tpassed\t9\t52\t0\t6.12.1\t2026-11-26\n", to: "6.12.tsv")
        let places = ["suites", "skipped", "figures"].map {
            "<!-- kernels: \($0) -->\n<!-- end -->\n"
        }
        let text = try Self.report(results.path, places.joined())
        for line in [
            "|  | 6.1.192 | 6.12.1 |",
            "| `Old` | 50 of 52 passed; 12 s, 2026-11-25 | 52 passed; 9 s, 2026-11-26 |",
            "| `many` | failed; 3 s, 2026-11-26 | not run |",
            #"| `Old` | a \| b | 6.1.192 | no TCX |"#, "| xdp | 12,345 |  |",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }
}

private let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
