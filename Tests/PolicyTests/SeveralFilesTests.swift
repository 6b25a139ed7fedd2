import NetTypes
import Policy
import Testing

@Suite struct SeveralFilesTests {
    private func read(_ files: [(String, String)]) -> ReadResult {
        PolicyReader.read(files.map { PolicySource(path: $0.0, bytes: Array($0.1.utf8)) }) { path in
            guard path == "etc/feeds/a.txt" else { throw NoFile(path: path) }
            return Array("192.0.2.1\n".utf8)
        }
    }

    private let main = """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules: [{ name: bad, match: { src: "@bad" }, action: drop }]
        attach: [{ interface: eth0, xdp: inbound }]
        """

    @Test("files form one policy; set files are relative to the file that names them")
    func together() throws {
        let sets = "version: 1\nsets: { bad: { file: feeds/a.txt } }\n"
        let more = "attach: [{ interface: eth1, xdp: inbound }]\n"
        let result = read([("edge.yaml", main), ("etc/sets.yaml", sets), ("more.yaml", more)])
        #expect(result.diagnostics.isEmpty)
        let policy = try #require(result.policy)
        let bad = try #require(try policy.set(named: Name("bad")))
        #expect(bad.source == .files(["feeds/a.txt"]))
        #expect(bad.contents.count == 1)
        #expect(bad.location.file == "etc/sets.yaml")
        #expect(policy.attach?.count == 2)
    }

    @Test("the same name in two files: an error that shows both places")
    func duplicates() {
        let other = """
            sets:
              bad: { cidrs: 10.0.0.0/8 }
            filters:
              inbound: { default: drop }
            """
        let first = main + "\nsets: { bad: { cidrs: 192.0.2.0/24 } }\n"
        let result = read([("a.yaml", first), ("b.yaml", other)])
        #expect(
            result.diagnostics.filter { $0.severity == .error }.map(\.description) == [
                "b.yaml:2:3: error: set 'bad' is already at a.yaml:8:9",
                "b.yaml:4:3: error: filter 'inbound' is already at a.yaml:4:3",
            ])
    }

    @Test("exactly one file has a name")
    func names() {
        let two = read([("a.yaml", "version: 1\nname: a\n"), ("b.yaml", "version: 1\nname: b\n")])
        #expect(
            two.diagnostics.map(\.description) == [
                "b.yaml:2:7: error: the policy is already named at a.yaml:2:7;"
                    + " one file of a policy has 'name'"
            ])
        let none = read([("a.yaml", "version: 1\n"), ("b.yaml", "version: 1\n")])
        #expect(
            none.diagnostics.map(\.description) == ["a.yaml:1:1: error: the policy has no 'name'"])
        #expect(read([]).diagnostics.map(\.code) == ["empty-policy"])
    }

    @Test("errors of all files are found, in the order of the files")
    func allErrors() {
        let result = read([
            ("b.yaml", "version: 1\nname: B\n"), ("a.yaml", "filters: [\n"), ("c.yaml", "x: 1\n"),
        ])
        #expect(result.diagnostics.map(\.location.file) == ["b.yaml", "a.yaml", "c.yaml"])
        #expect(result.diagnostics.map(\.code) == ["invalid-name", "syntax", "unknown-key"])
    }
}
