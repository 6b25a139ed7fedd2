import Datapath
import LinuxSystem
import TestSupport
import Testing

@testable import Daemon

private struct NoMemory: Error {}

@Suite("The daemon's files")
struct WatchedFilesTests {
    private static let text = """
        version: 1
        name: edge
        sets: { bad: { file: bad.txt } }
        filters:
          inbound: { default: pass, rules: [{ name: bad, match: { src: "@bad" }, action: drop }] }
        """

    @Test(
        "what is written or put in a file's place while it is read is seen",
        arguments: [false, true])
    func meanwhile(isReplaced: Bool) throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(Self.text, to: "edge.yaml")
        let set = try directory.write("192.0.2.0/24\n", to: "bad.txt")
        let new = try directory.write("198.51.100.0/24\n", to: "new")
        var digests: [String] = []
        // Called when all has been read, and nothing is watched yet.
        var files = WatchedFiles([policy], refusesWarnings: false) { revision in
            if digests.isEmpty {
                if isReplaced {
                    try Directory.rename(new, to: set)
                } else {
                    try runChecked(["sh", "-c", "echo 198.51.100.0/24 >>\(set)"])
                }
            }
            digests.append(revision.digest)
            return Reconciler.ApplyOptions()
        }
        _ = try files.readIfChanged()
        #expect(files.haveChanged)
        files.forget()
        _ = try files.readIfChanged()
        #expect(!files.haveChanged)
        #expect(digests.count == 2 && digests.first != digests.last)
        _ = try files.readIfChanged()
        #expect(digests.count == 2)
    }

    @Test("what cannot be read is tried again; with errors in it, only when it is another one")
    func again() throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(Self.text, to: "edge.yaml")
        try directory.write("192.0.2.0/24\n", to: "bad.txt")
        var failures = 1
        var files = WatchedFiles([policy], refusesWarnings: false) { _ in
            failures -= 1
            if failures == 0 { throw NoMemory() }
            return Reconciler.ApplyOptions()
        }
        #expect(throws: NoMemory.self) { try files.readIfChanged() }
        #expect(files.kept == nil)
        _ = try files.readIfChanged()
        #expect(files.kept?.name == "edge" && !files.isRefused)
        try directory.write("nonsense", to: "edge.yaml")
        files.forget()
        guard case .refused = try files.readIfChanged() else {
            Issue.record("not refused")
            return
        }
        #expect(files.isRefused && files.kept?.name == "edge" && !files.haveChanged)
        guard case .asBefore = try files.readIfChanged() else {
            Issue.record("read again")
            return
        }
    }
}
