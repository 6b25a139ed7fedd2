import NetTypes
import Policy
import Testing

@Suite struct WriterTests {
    @Test("the canonical form, with comments")
    func canonical() throws {
        let text = """
            {"version": "1", "name": "edge", "attach": [{"interface": ["veth*", "eth0"],
             "mode": "native", "optional": "true", "netns": "blue", "xdp": "inbound"}],
             "sets": {"bad": {"cidrs": ["10.0.0.0/8", "::/0", "192.0.2.1-192.0.2.9"]},
              "web": {"ports": ["443", "80"]}, "all": {"sets": ["bad"]}},
             "filters": {"inbound": {"default": "drop", "rules": [
              {"name": "web", "match": {"src": "@all", "dport": ["@web", 8080], "proto": ["tcp", 253]},
               "action": "pass"},
              {"name": "rest", "action": "count"}]}, "outbound": {"default": "pass"}}}
            """
        let policy = try #require(read(text).policy)
        let written = PolicyWriter.write(policy) { filter, rule in
            rule.text == "web" ? "\(filter): 10 packets,\n980 bytes" : nil
        }
        #expect(
            written == """
                version: 1
                name: edge

                sets:
                  bad: { cidrs: [10.0.0.0/8, "::/0", 192.0.2.1-192.0.2.9] }
                  web: { ports: [443, 80] }
                  all: { sets: [bad] }

                filters:
                  inbound:
                    default: drop
                    malformed: drop
                    non-ip: pass
                    rules:
                      - name: web  # inbound: 10 packets, 980 bytes
                        match: { src: "@all", proto: [tcp, 253], dport: ["@web", 8080] }
                        action: pass
                      - name: rest
                        match: {}
                        action: count
                  outbound:
                    default: pass
                    malformed: drop
                    non-ip: pass
                    rules: []

                attach:
                  - interface: ["veth*", eth0]
                    netns: blue
                    optional: true
                    mode: xdpdrv
                    xdp: inbound

                """)
        #expect(read(written).policy == policy)
    }

    @Test("any policy reads back to an equal one", arguments: 0..<200)
    func roundTrip(_ seed: Int) throws {
        var random = RandomPolicy(seed: UInt64(seed))
        let policy = try random.policy()
        let text = PolicyWriter.write(policy) { _, rule in "'\(rule)': \"# {[" }
        let result = PolicyReader.read([PolicySource(path: "p.yaml", bytes: Array(text.utf8))]) {
            Array(RandomPolicy.file($0).utf8)
        }
        #expect(result.diagnostics.filter { $0.severity == .error } == [])
        #expect(result.policy == policy)
    }

    @Test("policies that differ are not equal")
    func inequality() throws {
        let drop = read(policyText(rules: ["{ name: a, match: { dport: 80 }, action: drop }"]))
            .policy
        let pass = read(policyText(rules: ["{ name: a, match: { dport: 80 }, action: pass }"]))
            .policy
        let moved = read(
            "\n\n" + policyText(rules: ["{ name: a, match: { dport: 80 }, action: drop }"]))
        #expect(drop != nil && drop != pass)
        #expect(drop == moved.policy)
        #expect(drop?.filters[0].location.line != moved.policy?.filters[0].location.line)
    }
}
