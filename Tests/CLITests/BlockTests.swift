import Foundation
import TestSupport
import Testing

/// `netctl block`, as people and their tools type it.
@Suite("Block commands", .requiresRoot)
struct BlockTests {
    struct ListDocument: Decodable {
        struct Entry: Decodable {
            let prefix: String
            let expires_at: String?
            let reason: String?
            let packets: UInt64
        }
        let version: Int
        let capacity: Int
        let entries: [Entry]
    }

    private static func list() throws -> [ListDocument.Entry] {
        try document("block", "list", as: ListDocument.self).entries
    }

    /// A shell that netctl is `$1` of.
    private static func shell(_ script: String, limit: Duration = .seconds(120)) throws
        -> CommandResult
    {
        try run(["sh", "-c", script, "sh", Netctl.path], limit: limit)
    }

    @Test("nothing attached: exit 1")
    func nothingAttached() async throws {
        try await withSandbox {
            try expectRefusal(
                ["block", "add", "192.0.2.1"], status: 1, "nothing is attached", "attach")
            try expectRefusal(["block", "remove", "192.0.2.1"], status: 1, "nothing is attached")
            try expectRefusal(["block", "list"], status: 1, "nothing is attached")
            // Requests for devices have no addresses.
            try withCgroup { cgroup in
                try expectSuccess(["attach", "--cgroup", cgroup.path, "--hook", "device"])
                try expectRefusal(["block", "add", "192.0.2.1"], status: 1, "nothing is attached")
            }
        }
    }

    @Test("add, list, remove, and what remove says of what is no entry")
    func life() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(
                ["block", "add", "192.0.2.0/24", "2001:db8::1", "--ttl", "1h", "--reason", "a b"],
                "added 2 entries")
            try expectSuccess(["block", "add", "192.0.2.0/24"], "added 0 entries, renewed 1")
            try expectSuccess(["block", "add", "::ffff:198.51.100.7"], "added 1 entry")
            let entries = try Self.list()
            #expect(
                entries.map(\.prefix) == ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::1/128"])
            #expect(entries.map(\.reason) == [nil, nil, "a b"])
            #expect(entries.map { $0.expires_at == nil } == [true, true, false])
            #expect(
                try netctl("block", "list", "192.0.2.9").stdout.split(separator: "\n").count == 1)

            try expectSuccess(
                ["block", "remove", "203.0.113.1"], "203.0.113.1/32 is not in the block list")
            let inside = try netctl("block", "remove", "192.0.2.9")
            #expect(inside.status == 1)
            #expect(inside.stderr.contains("inside 192.0.2.0/24"))
            try expectSuccess(["block", "remove", "2001:db8::1"], "removed 1 entry")
            try expectSuccess(["detach", "eth1"], "removed the block list: 2 entries")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("bad input has one error, and nothing is blocked")
    func badInput() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            for ttl in ["-1", "0", "0s", "1.5h", "1", "h", "99999999999d"] {
                try expectRefusal(
                    ["block", "add", "--ttl", ttl, "192.0.2.1"], status: 2, "'\(ttl)' is no time")
            }
            for (word, why) in [
                ("192.0.2.1/24", "did you mean 192.0.2.0/24?"), ("192.0.2.1/33", "beyond 32"),
                ("example.com", "names are not looked up"), ("", "is not an address"),
                ("192.0.2.9-192.0.2.1", "reversed"),
            ] {
                try expectRefusal(["block", "add", word], status: 2, why)
            }
            try expectRefusal(["block", "add", "-", "192.0.2.1"], status: 2, "stands alone")
            try expectRefusal(["block", "add"], status: 2, "cidr")
            try expectRefusal(
                ["block", "add", "192.0.2.1", "--reason", String(repeating: "x", count: 81)],
                status: 2, "at most 80 bytes")
            let feeds = [
                ("192.0.2.1\\n\\n# why\\n192.0.2.300\\n", "stdin:4: error:"),
                ("192.0.2.1\\n\\000\\n", "stdin:2: error: a NUL byte"),
                ("192.0.2.1 192.0.2.2\\n", "write one address, prefix or range a line"),
            ]
            for (feed, why) in feeds {
                let result = try Self.shell("printf '\(feed)' | \"$1\" block add -")
                #expect(result.status == 1 && result.stdout == "", "\(result)")
                #expect(result.stderr.contains(why), "\(result)")
                #expect(result.stderr.contains("nothing of standard input was used"), "\(result)")
            }
            #expect(try Self.list().isEmpty)
            // 10 years are fine; so are an empty feed and one with comments.
            try expectSuccess(["block", "add", "192.0.2.1", "--ttl", "3650d"], "added 1 entry")
            let feed = try Self.shell(
                "printf '\\357\\273\\277# feed\\r\\n198.51.100.0/24 ; why\\r\\n2001:db8::/32' | \"$1\" block add - --ttl 1d"
            )
            #expect(feed.status == 0 && feed.stdout == "added 2 entries\n", "\(feed)")
            #expect(try Self.shell("\"$1\" block add - </dev/null").stdout == "added 0 entries\n")
        }
    }

    @Test("who is connected by SSH does not lock themselves out, also behind sudo")
    func sshPeer() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            for peer in ["192.0.2.7 50022 192.0.2.1 22", "::ffff:192.0.2.7 50022 ::1 22"] {
                let result = try run(
                    [Netctl.path, "block", "add", "192.0.2.0/24"],
                    environment: ["SSH_CONNECTION": peer], limit: .seconds(60))
                #expect(result.status == 1 && result.stderr.contains("--force"), "\(result)")
                let stripped = try Self.shell(
                    "SSH_CONNECTION='\(peer)' sh -c 'env -u SSH_CONNECTION \"$1\" block add 192.0.2.7; exit $?' sh \"$1\""
                )
                #expect(stripped.status == 1 && stripped.stderr.contains("--force"), "\(stripped)")
            }
            #expect(try Self.list().isEmpty)
            let forced = try run(
                [Netctl.path, "block", "add", "192.0.2.7", "--force"],
                environment: ["SSH_CLIENT": "192.0.2.7 50022 22"], limit: .seconds(60))
            #expect(forced.status == 0, "\(forced)")
        }
    }

    @Test("what is saved is a feed, and a file of a set")
    func saves() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["block", "add", "192.0.2.0/24", "--ttl", "1h", "--reason", "a # b"])
            try expectSuccess(["block", "add", "2001:db8::/32"])
            let directory = try TemporaryDirectory()
            let file = "\(directory.path)/saved.txt"
            try expectSuccess(["block", "list", "--save", file], "saved 2 entries")
            try expectSuccess(["block", "remove", "192.0.2.0/24"])
            #expect(
                try Self.shell("\"$1\" block add - < \(file)").stdout
                    == "added 1 entry, renewed 1\n")
            let policy = try directory.write(
                policyText(top: "sets: { saved: { file: saved.txt } }")
                    .replacing("dport: 443", with: "src: \"@saved\""), to: "policy.yaml")
            try expectSuccess(["validate", policy])
            try expectRefusal(
                ["block", "list", "--save", "/nowhere/saved.txt"], status: 1,
                "save block list: /nowhere/saved.txt: no such file or directory (ENOENT)")
            // A pipe is written to, and not replaced.
            #expect(
                try Self.shell("\"$1\" block list --save /dev/stdout | grep -c 192").stdout == "1\n"
            )
            #expect(try runChecked(["ls", directory.path]) == "policy.yaml\nsaved.txt\n")
        }
    }

    @Test("a long list comes as it is read: in text, as a document and as a file, all of it")
    func long() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let count = 20_000
            let lines = (0..<count).map { "10.0.\($0 >> 8 & 255).\($0 & 255)\n" }
            let feed = try directory.write(lines.joined(), to: "feed.txt")
            #expect(
                try Self.shell("\"$1\" block add - --reason 'a \"b\"' < \(feed)").stdout
                    == "added \(count) entries\n")
            let expected = Set(lines.map { "\($0.dropLast())/32" })
            let listed = try Self.list()
            #expect(listed.count == count && Set(listed.map(\.prefix)) == expected)
            #expect(listed.allSatisfy { $0.reason == "a \"b\"" && $0.expires_at == nil })
            let facts = try netctl("block", "list").stdout.split(separator: "\n")
            #expect(Set(facts.map { String($0.prefix { $0 != " " }) }) == expected)
            #expect(facts.count == count)
            let some = try netctl("block", "list", "10.0.1.0/24", "--top", "3").stdout
            #expect(
                some.split(separator: "\n").map { $0.prefix { $0 != " " } }
                    == ["10.0.1.0/32", "10.0.1.1/32", "10.0.1.2/32"])
            let saved = "\(directory.path)/saved.txt"
            try expectSuccess(
                ["block", "list", "--save", saved], "saved \(count) entries to \(saved)")
            #expect(
                try Self.shell("\"$1\" block remove - < \(saved)").stdout
                    == "removed \(count) entries\n")
            #expect(try Self.list().isEmpty)
        }
    }

    @Test("a hundred adds at once, beside applies: all are there")
    func parallel() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let policy = try directory.write(policyText(), to: "policy.yaml")
            let adds = (1...100).map { ["block", "add", "192.0.2.\($0)", "--ttl", "1h"] }
            try ConcurrencyTests.runAtOnce(adds + Array(repeating: ["apply", policy], count: 3))
            #expect(try Self.list().count == 100)
        }
    }

    @Test("killed at any moment of a large add, the list still finds and counts all that it has")
    func killed() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let lines = (0..<200_000).map { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)\n" }
            let feed = try directory.write(lines.joined(), to: "feed.txt")
            for delay in [0.05, 0.2, 0.35, 0.5, 0.8] {
                _ = try Self.shell("timeout -s KILL \(delay) \"$1\" block add - < \(feed)")
                try expectSuccess(["block", "add", "2001:db8::1"])
            }
            #expect(try Self.shell("\"$1\" block add - < \(feed)").status == 0)
            #expect(try Self.list().count == 200_001)
            #expect(
                try Self.shell("\"$1\" block remove - < \(feed)").stdout
                    == "removed 200000 entries\n")
            try expectSuccess(["detach", "eth1"], "removed the block list: 1 entry")
        }
    }

    @Test("one entry more than the list holds: nothing is added")
    func full() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let result = try Self.shell("seq -f '2001:db8::%g' 0 9 | \"$1\" block add -")
            #expect(result.status == 0)
            // A range is as many prefixes as it takes; so many addresses are lines.
            let feed = try Self.shell(
                """
                awk 'BEGIN { for (i = 0; i < 1048567; i++) printf "10.%d.%d.%d\\n", i / 65536, i / 256 % 256, i % 256 }' |
                  "$1" block add -
                """, limit: .seconds(300))
            #expect(feed.status == 1)
            #expect(feed.stderr.contains("1048567 new entries"), "\(feed)")
            #expect(feed.stderr.contains("holds 1048576 entries"), "\(feed)")
            #expect(feed.stderr.contains("room for 1048566 more; nothing was added"), "\(feed)")
            #expect(try Self.list().count == 10)
        }
    }

    @Test("a feed that is written to while it is read is refused, one that is replaced is read")
    func changingFeed() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let lines = (0..<200_000).map { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)\n" }
            let growing = try directory.write(lines.joined(), to: "growing.txt")
            let changed = try Self.shell(
                """
                (ulimit -t 20; while :; do echo 192.0.2.9 >> \(growing); done) & writer=$!
                "$1" block add - < \(growing); status=$?
                kill -KILL $writer; exit $status
                """)
            #expect(changed.status == 1, "\(changed)")
            #expect(changed.stderr.contains("the file changed while it was read"), "\(changed)")
            let feed = try directory.write("192.0.2.1\n", to: "feed.txt")
            let replaced = try Self.shell(
                "exec < \(feed); echo 192.0.2.2 > \(feed).new; mv \(feed).new \(feed); \"$1\" block add -"
            )
            #expect(replaced.status == 0, "\(replaced)")
            #expect(try Self.list().map(\.prefix) == ["192.0.2.1/32"])
        }
    }

    @Test("a monitoring attachment is named")
    func monitoring() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let policy = try directory.write(
                policyText().replacing("default: pass", with: "default: pass\n    monitor: true"),
                to: "policy.yaml")
            try expectSuccess(["apply", policy])
            try expectSuccess(
                ["block", "add", "192.0.2.1"], "added 1 entry", "eth1 xdp only reports")
        }
    }

    @Test("the action file for fail2ban runs: its commands ban, and unban")
    func fail2ban() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../policies/fail2ban/netctl.conf")
            let text = try String(contentsOf: file, encoding: .utf8)
            let commands = text.split(separator: "\n").filter { $0.hasPrefix("action") }
                .reduce(into: [String: String]()) { commands, line in
                    let parts = line.split(
                        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    let value = parts[1].trimmingCharacters(in: .whitespaces)
                    commands[parts[0].trimmingCharacters(in: .whitespaces)] =
                        value.replacing("<netctl>", with: Netctl.path)
                        .replacing("<ip>", with: "192.0.2.1").replacing("<bantime>", with: "600")
                        .replacing("<name>", with: "sshd")
                }
            let ban = try #require(commands["actionban"])
            #expect(try Self.shell(ban).status == 0)
            let banned = try Self.list()
            #expect(banned.map(\.prefix) == ["192.0.2.1/32"])
            #expect(banned.map(\.reason) == ["fail2ban sshd"])
            #expect(banned.first?.expires_at != nil)
            #expect(try Self.shell(#require(commands["actioncheck"])).status == 0)
            #expect(try Self.shell(#require(commands["actionunban"])).status == 0)
            #expect(try Self.list().isEmpty)
            // It ended by itself before fail2ban came to unban it.
            #expect(try Self.shell(#require(commands["actionunban"])).status == 0)
        }
    }
}
