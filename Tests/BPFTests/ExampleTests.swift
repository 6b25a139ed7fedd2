import BPF
import Foundation
import SystemPackage
import TestSupport
import Testing

// The example of Sources/BPF/Documentation.docc/LoadingAndAttaching.md, word for word.
func countPackets(
    of object: FilePath, on interface: Int32, while body: () throws -> Void
) throws -> UInt64 {
    var object = try OpenObject(path: object)
    try object.setGlobal("limit", to: UInt32(1_000_000))
    let loaded = try object.load()
    let link = try Link.attachXDP(
        program: loaded.program("count_packets"), interfaceIndex: interface, mode: .generic)
    try body()
    let counts = try loaded.map("counts", as: PerCPUArray<UInt64>.self)
    try link.detach()
    return try counts.values(at: 0).reduce(0, +)
}
// End of the example.

/// What the documentation of the library shows is built and run.
@Suite struct ExampleTests {
    @Test("the example of the documentation counts packets", .root, .clang)
    func counts() async throws {
        let image = try Fixture.example.get()
        let counted = try await withNetworkNamespace {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let file = folder.appending("example.bpf.o")
            try Data(image).write(to: URL(filePath: file))
            return try countPackets(of: FilePath(file), on: Int32(pair.near.index)) {
                try pair.onFar {
                    _ = try runChecked([
                        "bash", "-c", "for i in 1 2 3; do echo x >/dev/udp/10.77.0.1/9; done",
                    ])
                }
            }
        }
        #expect(counted >= 3)
    }

    @Test("the documentation shows what is tested, in fewer than 20 lines")
    func shown() throws {
        let here = URL(filePath: #filePath)
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let article = try String(
            contentsOf: root.appending(
                path: "Sources/BPF/Documentation.docc/LoadingAndAttaching.md"),
            encoding: .utf8)
        let tested = try String(contentsOf: here, encoding: .utf8)
        let start = try #require(tested.range(of: "word for word.\n"))
        let end = try #require(tested.range(of: "// End of the example."))
        let function = tested[start.upperBound..<end.lowerBound]
        #expect(article.contains("import SystemPackage\n\n" + function))
        #expect(function.split(separator: "\n").count + 2 < 20)
    }
}
