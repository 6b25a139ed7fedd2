import Foundation
import TestSupport
import Testing

/// `netctl explain`: one packet through the real program.
@Suite("netctl explain", .requiresRoot)
struct ExplainTests {
    private static let policy = """
        version: 1
        name: edge
        sets:
          bad: { file: bad.txt }
        filters:
          inbound:
            default: pass
            rules:
              - { name: seen, match: { proto: udp }, action: count }
              - { name: bad, match: { src: "@bad" }, action: drop }
              - { name: flood, match: { proto: udp, sport: 53 }, limit: { rate: 1/h }, action: drop }
              - { name: telnet, match: { proto: tcp, dport: 23 }, action: drop }
              - { name: quiet, match: { proto: tcp, dport: 24 }, action: drop, monitor: true }
          other: { default: pass }

        """

    private static func write(_ directory: borrowing TemporaryDirectory) throws -> String {
        _ = try directory.write("198.51.100.0/24\n2001:db8:bad::/48\n", to: "bad.txt")
        return try directory.write(policy, to: "edge.yaml")
    }

    private struct Document: Decodable, Equatable {
        struct Entry: Decodable, Equatable {
            let rule: String
            let outcome: String
            let key: String?
            let wants: String?
            let has: String?
        }
        let version: Int
        let verdict: String
        let rule: String?
        let reason: String
        let hook: String
        let judged_by: String
        let trace: [Entry]
    }

    private func explain(_ arguments: [String]) throws -> Document {
        let text = try runChecked([Netctl.path, "explain"] + arguments + ["-o", "json"])
        return try JSONDecoder().decode(Document.self, from: Data(text.utf8))
    }

    @Test("what is in force on each hook, counting nothing")
    func inForceOnHooks() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            try withCgroup { cgroup in
                let text = """
                    version: 1
                    name: edge
                    filters:
                      inbound:
                        default: pass
                        rules:
                          - { name: dns, match: { proto: udp, dport: 53 }, action: drop }
                      outbound:
                        default: pass
                        rules:
                          - { name: marked, match: { mark: 7 }, action: drop }
                    devices:
                      minimal:
                        default: deny
                        rules:
                          - { name: dev-null, allow: "c 1:3 rwm" }
                    attach:
                      - { interface: eth1, mode: xdpgeneric, xdp: inbound, tc-ingress: inbound,
                          tc-egress: outbound }
                      - { cgroup: \(cgroup.path), ingress: inbound, egress: outbound,
                          device: minimal }

                    """
                try expectSuccess(["apply", try directory.write(text, to: "hooks.yaml")])
                let packet = "udp 192.0.2.1:5000 to 192.0.2.2:53"
                for (place, hook, rule) in [
                    ("eth1", "xdp", "dns"), ("eth1", "tc-ingress", "dns"),
                    ("eth1", "tc-egress", "marked"), ("cgroup", "ingress", "dns"),
                    ("cgroup", "egress", "marked"),
                ] {
                    let place = place == "cgroup" ? ["--cgroup", cgroup.path] : [place]
                    let mark = rule == "marked" ? " mark 7" : ""
                    let found = try explain(place + ["--hook", hook, packet + mark])
                    #expect(found.verdict == "drop" && found.rule == rule, "\(hook): \(found)")
                    #expect(found.hook.hasSuffix(hook))
                    #expect(found.judged_by == "program")
                }
                let device = ["--cgroup", cgroup.path, "--hook", "device"]
                let allowed = try explain(device + ["c 1:3 rw"])
                #expect(allowed.verdict == "allow" && allowed.rule == "dev-null", "\(allowed)")
                let denied = try explain(device + ["c 1:5 r"])
                #expect(denied.verdict == "deny" && denied.reason == "default", "\(denied)")
                let counted = try netctl("stats", "--by", "rule").stdout
                #expect(counted.contains("rule dns") && !counted.contains("packets 1"))
            }
        }
    }

    @Test("a packet through a filter of a file, in every form")
    func ofFile() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try Self.write(directory)
            let words = "tcp 192.0.2.9:40000 to 203.0.113.5:23 syn"
            let hex = Packet.ethernet().ipv4(src: "192.0.2.9", dst: "203.0.113.5").tcp(dport: 23)
            let forms = [
                [words], words.split(separator: " ").map(String.init), ["--hex", "\(hex)"],
            ]
            for form in forms {
                let answer = try explain(["--policy", path, "--filter", "inbound"] + form)
                #expect(answer.verdict == "drop" && answer.rule == "telnet")
                #expect(answer.reason == "rule" && answer.hook == "xdp" && answer.version == 1)
                #expect(answer.judged_by == "program")
                #expect(answer.trace.map(\.outcome) == ["nearly", "nearly", "decided"])
                #expect(
                    answer.trace[1]
                        == Document.Entry(
                            rule: "bad", outcome: "nearly", key: "src", wants: "\"@bad\"",
                            has: "192.0.2.9"))
            }
            try expectSuccess(
                ["explain", "--policy", path, words],
                "drop by rule telnet (reason rule, hook xdp)\n",
                "seen: nearly: proto is tcp, the rule wants udp\n", "telnet: decided\n")
            let query = try explain(["--policy", path, "udp 192.0.2.9:53"])
            #expect(query.reason == "default" && query.rule == nil)
            #expect(query.trace.map(\.outcome) == ["counted", "nearly", "within-limit"])
            let monitored = try explain(["--policy", path, "tcp to 192.0.2.9:24"])
            #expect(monitored.verdict == "pass" && monitored.reason == "monitor")
            #expect(monitored.rule == "quiet")
            let short = try explain(["--policy", path, "--hex", "02 00"])
            #expect(short.judged_by == "reference" && short.reason == "truncated")
        }
    }

    @Test("a capture: an answer a packet, in order; one that breaks off is an error")
    func capture() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try Self.write(directory)
            let packets = [
                Packet.ethernet().ipv4(src: "198.51.100.7").udp(),
                .ethernet().ipv4().tcp(dport: 23),
                .ethernet().arp(sender: "192.0.2.1", target: "192.0.2.2"),
            ]
            var bytes: [UInt8] = [0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4] + [0, 0, 0, 0, 0, 0, 0, 0]
            bytes += [0, 0, 0xff, 0xff, 0, 0, 0, 1]
            for packet in packets {
                let count: [UInt8] = [0, 0, 0, UInt8(packet.bytes.count)]
                bytes += [0, 0, 0, 0, 0, 0, 0, 0] + count + count + packet.bytes
            }
            let folder = URL(filePath: path).deletingLastPathComponent()
            let file = folder.appending(path: "seen.pcap")
            try Data(bytes).write(to: file)
            let text = try runChecked(
                [Netctl.path, "explain", "--policy", path, "--pcap", file.path, "-o", "json"])
            let answers = try text.split(separator: "\n").map {
                try JSONDecoder().decode(Document.self, from: Data($0.utf8))
            }
            #expect(answers.map(\.rule) == ["bad", "telnet", nil])
            #expect(answers.map(\.reason) == ["rule", "rule", "non-ip"])
            try Data(bytes.dropLast(1)).write(to: file)
            let cut = try run([Netctl.path, "explain", "--policy", path, "--pcap", file.path])
            #expect(cut.status == 1 && cut.stderr.contains("packet 3 is cut"), "\(cut)")
            #expect(cut.stdout.hasPrefix("1: drop by rule bad"))
            try expectRefusal(
                ["explain", "--policy", path, "--pcap", "/no/such"], status: 1,
                "read capture: /no/such: no such file or directory (ENOENT)")
            try expectRefusal(
                ["explain", "--policy", path, "--pcap", "/proc"], status: 1,
                "read capture: /proc: is a directory (EISDIR)")
            try Data(bytes).write(to: file)
            let explain = "'\(Netctl.path)' explain --policy '\(path)' --pcap -"
            let command = "cat '\(file.path)' | \(explain)"
            let piped = try runChecked(["sh", "-c", command])
            #expect(piped.contains("1: drop by rule bad"))
        }
    }

    @Test("what is in force answers, and nothing that is in force is touched")
    func inForce() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try Self.write(directory)
            try addInterface("br0")
            try expectSuccess(["attach", "br0", "--mode", "xdpgeneric"])
            let bare = try explain(["br0", "tcp 198.51.100.7"])
            #expect(bare.verdict == "pass" && bare.reason == "default" && bare.trace.isEmpty)
            try expectSuccess(["apply", path])
            let words = "tcp 198.51.100.7 to 203.0.113.5:23"
            // A bucket of one packet an hour is not emptied.
            for _ in 0..<3 {
                let answer = try explain(["br0", words])
                #expect(answer.rule == "bad" && answer.verdict == "drop")
                #expect(answer.trace.map(\.outcome) == ["nearly", "decided"])
                #expect(try explain(["br0", "udp 192.0.2.1:53"]).rule == nil)
            }
            let stats: StatsDocument = try document("stats", "br0")
            #expect(stats.attachments[0].rules.allSatisfy { $0.packets == 0 })
            #expect(stats.attachments[0].verdicts.values.allSatisfy { $0.packets == 0 })

            // The set's file has changed, and the kernel has not.
            _ = try directory.write("192.0.2.0/24\n", to: "bad.txt")
            let changed = try run([Netctl.path, "explain", "br0", words])
            #expect(changed.stdout.hasPrefix("drop by rule bad ("))
            #expect(changed.stderr.contains("set files have changed"))
            let other = try explain(["br0", "tcp 192.0.2.7 to 203.0.113.5:23"])
            #expect(other.rule == "telnet" && other.trace[1].outcome == "unknown")

            try expectSuccess(["pause", "br0"])
            let paused = try explain(["br0", words])
            #expect(paused.verdict == "pass" && paused.reason == "paused")
            try expectSuccess(["resume", "br0"])
            #expect(try explain(["br0", words]).rule == "bad")
            try expectRefusal(["explain", "lo", words], status: 1, "nothing is attached to lo")
        }
    }

    @Test("an attachment that monitors is explained as it behaves")
    func monitored() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            try addInterface("br0")
            let path = try directory.write(
                """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules: [{ name: telnet, match: { proto: tcp, dport: 23 }, action: drop }]
                attach: [{ interface: br0, mode: xdpgeneric, monitor: true, xdp: inbound }]
                """, to: "edge.yaml")
            try expectSuccess(["apply", path])
            let answer = try explain(["br0", "tcp to 203.0.113.5:23"])
            #expect(answer.verdict == "pass" && answer.reason == "monitor")
            #expect(answer.rule == "telnet")
            let short = try explain(["br0", "--hex", "02"])
            #expect(short.verdict == "pass" && short.reason == "monitor")
        }
    }

    @Test("wrong usage names the word")
    func usage() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try Self.write(directory)
            let policy = ["explain", "--policy", path]
            try expectRefusal(policy + ["tcp 1.2.3.4 sny"], status: 2, "did you mean 'syn'?", "^~~")
            try expectRefusal(policy, status: 2, "Name a packet")
            try expectRefusal(["explain"], status: 2, "Name an interface")
            try expectRefusal(policy + ["tcp", "--hex", "00"], status: 2, "one of them")
            try expectRefusal(policy + ["--hex", "0g"], status: 2, "hexadecimal digit")
            try expectRefusal(policy + ["tcp", "--filter", "x"], status: 1, "no filter 'x'")
            try expectRefusal(
                policy + ["tcp mark 1", "--hook", "xdp"], status: 2, "'mark' needs a TC or cgroup")
            try expectRefusal(
                policy + ["arp", "--hook", "cgroup-egress"], status: 1, "IPv4 and IPv6")
            try expectRefusal(policy + ["--device", "x", "c 1:3 r"], status: 1, "device list 'x'")
            try expectRefusal(policy + ["--device", "x", "c 1:* r"], status: 2, "several devices")
        }
    }

    @Test("every hook of packets judges alike, and a mark chooses one that has marks")
    func hooks() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = ["explain", "--policy", try Self.write(directory)].dropFirst()
            for hook in ["xdp", "tc-ingress", "tc-egress", "cgroup-ingress", "cgroup-egress"] {
                let answer = try explain(policy + ["--hook", hook, "tcp to 203.0.113.5:23"])
                #expect(answer.hook == hook && answer.judged_by == "program")
                #expect(answer.verdict == "drop" && answer.rule == "telnet")
            }
            #expect(try explain(policy + ["tcp mark 7"]).hook == "tc-ingress")
            let marked = try directory.write(
                """
                version: 1
                name: marked
                filters:
                  inbound:
                    default: pass
                    rules: [{ name: vpn, match: { mark: 0x10-0x1f }, action: drop }]
                devices:
                  minimal:
                    default: deny
                    rules: [{ name: ptys, allow: "c 136:* rw" }]
                """, to: "marked.yaml")
            for (mark, verdict) in [
                ("0xf", "pass"), ("0x10", "drop"), ("31", "drop"), ("32", "pass"),
            ] {
                let answer = try explain(["--policy", marked, "udp", "mark", mark])
                #expect(answer.verdict == verdict && answer.hook == "tc-ingress")
                let egress = ["--policy", marked, "--hook", "cgroup-egress", "udp mark \(mark)"]
                #expect(try explain(egress).verdict == verdict)
            }
            let request = try explain(["--policy", marked, "--device", "minimal", "c 136:3 rwm"])
            #expect(request.verdict == "deny" && request.judged_by == "reference")
            #expect(request.trace.map(\.key) == ["access"] && request.hook == "cgroup-device")
            let allowed = try explain(["--policy", marked, "--hook", "device", "c 136:3 rw"])
            #expect(allowed.verdict == "allow" && allowed.rule == "ptys")
        }
    }
}
