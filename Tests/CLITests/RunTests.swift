import Foundation
import TestSupport
import Testing

/// `netctl run` and `listen`: the examples of policies/programs on real packets and processes.
@Suite("Run and listen", .requiresRoot, .requiresClang)
struct RunTests {
    /// An example's path.
    private static func example(_ name: String) -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: "policies/programs/\(name).bpf.c").path
    }

    /// Starts netctl, waits until it says that its program runs, does something, and waits for its end.
    private static func whileRunning(
        _ arguments: [String], _ body: () throws -> Void
    ) throws -> [JSONValue] {
        // The two outputs as one: what is no document is a message.
        var child = try BackgroundCommand(
            ["sh", "-c", #"exec "$0" "$@" 2>&1"#, Netctl.path] + arguments)
        // clang and the verifier take their time on a slow machine.
        try child.waitForOutput("netctl: running", limit: .seconds(180))
        try body()
        let result = try child.wait(limit: .seconds(60))
        #expect(result.status == 0, "\(result)")
        return try result.stdout.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try JSONValue(parsing: String($0))
        }
    }

    /// Three UDP datagrams to the near end.
    private static func sendDatagrams() throws {
        try runChecked(["bash", "-c", "for i in 1 2 3; do echo x >/dev/udp/10.77.0.1/9; done"])
    }

    /// Opens a connection, as soon as somebody listens.
    private static func connect(_ address: String, _ port: Int) throws {
        for _ in 0..<100 {
            let tried = try run(["bash", "-c", "exec 3<>/dev/tcp/\(address)/\(port)"])
            if tried.status == 0 { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        Issue.record("no connection")
    }

    @Test("packets by protocol, on XDP; nothing stays")
    func protocols() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let said = try Self.whileRunning([
                "run", Self.example("protocols"), "near0", "--mode", "xdpgeneric", "--for", "3s",
                "--interval", "0.5", "-o", "json",
            ]) {
                try pair.onFar { try Self.sendDatagrams() }
            }
            let elements = said.last?["elements"]?.elements ?? []
            let udp = elements.first { $0["key"]?.integer == 17 }
            #expect((udp?["value"]?["total"]?["packets"]?.integer ?? 0) >= 3, "\(said)")
            let links = try expectSuccess(["link", "list"])
            #expect(!links.stdout.contains("count_protocols"))
        }
    }

    @Test("SYNs by port, in network order")
    func syns() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let said = try Self.whileRunning([
                "run", Self.example("syns"), "near0", "--mode", "xdpgeneric", "--for", "3s",
                "--interval", "0.5", "-o", "json",
            ]) {
                try pair.onFar {
                    _ = try run(["bash", "-c", "exec 3<>/dev/tcp/10.77.0.1/4321"])
                }
            }
            let port = said.last?["elements"]?.elements?.first { $0["key"]?.integer == 4321 }
            #expect((port?["value"]?["total"]?.integer ?? 0) >= 1, "\(said)")
        }
    }

    @Test("connections opened by SYN cookies, and no others, over IPv4 and IPv6")
    func syncookies() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let said = try Self.whileRunning([
                "run", Self.example("syncookies"), "near0", "--mode", "xdpgeneric", "--for", "4s",
                "--interval", "0.5", "-o", "json",
            ]) {
                let server = try BackgroundCommand([
                    "perl", "-MIO::Socket::IP", "-e",
                    "my @s = map { IO::Socket::IP->new(Listen => 9, LocalHost => '::', "
                        + "LocalPort => $_) or die } 4324, 4325; sleep",
                ])
                defer { server.signal(9) }
                // 1 is the kernel's default: cookies in a flood alone. 2: always.
                try pair.onFar { try Self.connect("10.77.0.1", 4325) }
                try runChecked(["sysctl", "-qw", "net.ipv4.tcp_syncookies=2"])
                try pair.onFar {
                    for _ in 0..<3 { try Self.connect("10.77.0.1", 4324) }
                    for _ in 0..<2 { try Self.connect("\(pair.near.ipv6)", 4324) }
                }
            }
            let elements = said.last?["elements"]?.elements ?? []
            let port = elements.first { $0["key"]?.integer == 4324 }?["value"]?["total"]
            #expect(port?["cookies"]?.integer == 5 && port?["others"]?.integer == 0, "\(said)")
            #expect(!elements.contains { $0["key"]?.integer == 4325 }, "\(said)")
        }
    }

    @Test("programs that are started, as records")
    func execsnoop() async throws {
        try await withSandbox {
            let said = try Self.whileRunning([
                "run", Self.example("execsnoop"), "--for", "3s", "-o", "json",
            ]) {
                for _ in 0..<3 { try runChecked(["/bin/true"]) }
            }
            let files = said.compactMap { $0["record"]?["file"]?.text }
            #expect(files.contains { $0.hasSuffix("/true") }, "\(said.prefix(5))")
        }
    }

    @Test("how long connections take, with addresses")
    func tcpconnect() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let said = try Self.whileRunning([
                "run", Self.example("tcpconnect"), "--for", "4s", "-o", "json",
            ]) {
                let server = try BackgroundCommand([
                    "perl", "-MIO::Socket::INET", "-e",
                    "my $s = IO::Socket::INET->new(Listen => 1, LocalPort => 4322) or die; "
                        + "$s->accept;",
                ])
                defer { server.signal(9) }
                try pair.onFar { try Self.connect("10.77.0.1", 4322) }
            }
            let record = said.compactMap { $0["record"] }.first { $0["dport"]?.integer == 4322 }
            #expect(record?["daddr"]?.text == "10.77.0.1", "\(said.prefix(5))")
            #expect(record?["saddr"]?.text == "10.77.0.2")
        }
    }

    @Test(
        "listening to a pinned program's buffer, by a name of its type; what is no buffer is refused"
    )
    func listen() async throws {
        try await withSandbox {
            try expectSuccess([
                "attach", "--program", Self.example("execsnoop"), "--pin-maps",
            ])
            let map = "/sys/fs/bpf/netctl/program-kernel-on_exec/map-execs"
            for _ in 0..<3 { try runChecked(["/bin/true"]) }
            let result = try expectSuccess([
                "listen", map, "--type", "exec_event", "--count", "1", "--for", "20s", "-o", "json",
            ])
            #expect(result.stderr.isEmpty)
            let document = try JSONValue(parsing: result.stdout)
            let record = document["record"]
            #expect(document["lost"] == .null)
            #expect(record?["pid"]?.integer != nil && record?["comm"]?.text != nil, "\(result)")
            try expectRefusal(
                ["listen", map, "--type", "nope"], status: 1, "its programs know no type 'nope'")
            try runChecked([
                "bpftool", "map", "create", "/sys/fs/bpf/plain", "type", "hash", "key", "4",
                "value",
                "8", "entries", "2", "name", "plain",
            ])
            try expectRefusal(["listen", "/sys/fs/bpf/plain"], status: 1, "ring and perf buffers")
            // What nothing writes to is waited for, as by 'tail -f', but not without a word.
            try runChecked(["bpftool", "map", "pin", "pinned", map, "/sys/fs/bpf/left"])
            try expectSuccess(["detach", "--all"])
            let left = try expectSuccess(["listen", "/sys/fs/bpf/left", "--for", "1s"])
            #expect(left.stderr.contains("no loaded program refers to execs"), "\(left)")
        }
    }

    @Test("what has no place is refused before anything runs")
    func misplaced() async throws {
        try await withSandbox {
            try expectRefusal(
                ["run", Self.example("protocols")], status: 1, "for the xdp hook of an interface")
            try expectRefusal(
                ["run", Self.example("protocols"), "--name", "nope", "lo"], status: 1,
                "no program 'nope'")
            try expectRefusal(["run", Self.example("protocols"), "nope0"], status: 1, "nope0")
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                SEC("xdp") int first(struct xdp_md *ctx) { return XDP_PASS; }
                SEC("xdp") int second(struct xdp_md *ctx) { return XDP_PASS; }
                SEC("tc") int third(struct __sk_buff *skb) { return 0; }
                SEC("cgroup/skb") int fourth(struct __sk_buff *skb) { return 1; }
                SEC("socket") int fifth(struct __sk_buff *skb) { return 0; }
                """, to: "many.bpf.c")
            func refuse(_ arguments: [String], _ words: String...) throws {
                let result = try run([Netctl.path, "run", source] + arguments)
                #expect(result.status == 1, "\(result)")
                for word in words { #expect(result.stderr.contains(word), "\(result)") }
            }
            try refuse(
                ["lo", "--cgroup", "/"], "says no direction; name one: --hook ingress|egress")
            try refuse(["lo", "--name", "fifth"], "use attach --program … --socket PID")
            try refuse(["lo", "--name", "third", "--hook", "xdp"], "does not fit xdp")
            try refuse(["--name", "third"], "TC hooks of an interface: name one behind the file")
            let two = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                SEC("xdp") int first(struct xdp_md *ctx) { return XDP_PASS; }
                SEC("xdp") int second(struct xdp_md *ctx) { return XDP_PASS; }
                """, to: "two.bpf.c")
            try expectRefusal(
                ["run", two, "lo"], status: 1, "room for one: first, second", "--name")
        }
    }

    @Test("a hook that the section leaves open is named")
    func openHooks() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                SEC("cgroup/skb") int either(struct __sk_buff *skb) { return 1; }
                """, to: "either.bpf.c")
            try withCgroup { cgroup in
                for hook in ["ingress", "egress"] {
                    let result = try run([
                        Netctl.path, "run", source, "--cgroup", cgroup.path, "--hook", hook,
                        "--for", "100ms", "--verbose",
                    ])
                    #expect(
                        result.status == 0 && result.stderr.contains("cgroup-\(hook)"),
                        "\(result)")
                }
            }
        }
    }
}
