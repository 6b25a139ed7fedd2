import TestSupport
import Testing

/// `netctl doctor`: its answers agree with what can be tried by hand.
@Suite("Doctor") struct DoctorTests {
    private static func findings(_ text: String) throws -> [JSONValue] {
        try JSONValue(parsing: text)["findings"]?.elements ?? []
    }

    private static func state(
        _ group: String, _ name: String, in findings: [JSONValue]
    ) -> String? {
        findings.first { $0["group"]?.text == group && $0["name"]?.text == name }?["state"]?.text
    }

    @Test("as root: what works, what a veth can do, and what bpftool finds", .requiresRoot)
    func root() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let result = try run([Netctl.path, "doctor", "-o", "json"], limit: .seconds(60))
            #expect(result.status == 0, "\(result)")
            let document = try JSONValue(parsing: result.stdout)
            #expect(document["works"] == .boolean(true))
            let findings = try Self.findings(result.stdout)
            #expect(Self.state("program type", "xdp", in: findings) == "ok")
            #expect(Self.state("map type", "lpm_trie", in: findings) == "ok")
            #expect(Self.state("privileges", "CAP_BPF", in: findings) == "ok")
            let veth = findings.first { $0["name"]?.text == "near0" }?["value"]?.text
            #expect(veth?.contains("driver veth") == true, "\(findings)")
            // What the kernel said when each type was tried, by bpftool.
            let probe = try run(["bpftool", "feature", "probe", "kernel"], limit: .seconds(60))
            for line in probe.stdout.split(separator: "\n") {
                guard
                    let match = line.wholeMatch(
                        of: /eBPF (program_type|map_type) (\w+) is (NOT )?available/)
                else { continue }
                let group = match.1 == "map_type" ? "map type" : "program type"
                guard let state = Self.state(group, String(match.2), in: findings) else { continue }
                #expect((state == "ok") == (match.3 == nil), "\(line): \(state)")
            }
            let text = try run([Netctl.path, "doctor"], limit: .seconds(60))
            #expect(text.stdout.contains("kernel 'release'"), "\(text)")
        }
    }

    @Test("without privileges: exit 4, and what is missing", .requiresRoot)
    func unprivileged() throws {
        let result = try run(
            [
                "setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all",
                "--inh-caps=-all", Netctl.path, "doctor", "-o", "json",
            ], limit: .seconds(60))
        #expect(result.status == 4, "\(result)")
        let findings = try Self.findings(result.stdout)
        #expect(Self.state("privileges", "CAP_BPF", in: findings) == "missing")
        #expect(result.stderr.contains("cannot filter packets here"))
    }
}
