import BPF
import Foundation
import TestSupport
import Testing

/// A program for every kind of hook, attached and seen to run; one test after the other, for they look for
/// their maps by name.
@Suite("Kinds of programs", .serialized, .requiresRoot, .requiresClang)
struct ProgramKindTests {
    /// The elements of a map of counters, by the names of its keys.
    private static func counted(_ map: String) throws -> [String: Int] {
        let dump = try expectSuccess(["map", "dump", map, "-o", "json"])
        let elements = try JSONValue(parsing: dump.stdout).elements ?? []
        let pairs = elements.compactMap { element in
            element["key"]?.text.flatMap { key in element["value"]?.integer.map { (key, $0) } }
        }
        return Dictionary(pairs, uniquingKeysWith: +)
    }

    /// Has a process in a cgroup do something for each of its hooks.
    private static let everySocketCall = """
        use Socket;
        socket(my $a, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
        bind($a, pack_sockaddr_in(0, inet_aton("127.0.0.1"))) or die "bind: $!";
        my $there = getsockname($a);
        socket(my $b, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
        setsockopt($b, SOL_SOCKET, SO_KEEPALIVE, 1) or die "setsockopt: $!";
        getsockopt($b, SOL_SOCKET, SO_KEEPALIVE) or die "getsockopt: $!";
        send($b, "x", 0, $there) or die "send: $!";
        recv($a, my $got, 9, 0) // die "recv: $!";
        connect($b, $there) or die "connect: $!";
        getpeername($b) or die "getpeername: $!";
        socket(my $t, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
        connect($t, pack_sockaddr_in(9, inet_aton("127.0.0.1")));
        open(my $f, "<", "/proc/sys/kernel/ostype") or die "sysctl: $!"; <$f>;
        open(my $n, "<", "/dev/zero") or die "device: $!";
        gethostbyname("localhost");
        """

    @Test("every kind that needs no trampoline: attached at once, each has run")
    func kinds() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try runChecked(["ip", "link", "set", "lo", "up"])
            // `run` holds programs by links alone, which for TC are TCX.
            let hasTCX = try FeatureProbe.supportsTCX()
            let kinds = Self.kinds.filter { hasTCX || !$0.contains("_TC_") }
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object(
                "kinds", in: folder, hasTCX ? ["-g"] : ["-g", "-DWITHOUT_TCX"])
            try withCgroup { cgroup in
                if !hasTCX {
                    let all = ProgramFixture.source("kinds")
                    try expectRefusal(
                        ["run", all, "near0", "--cgroup", cgroup.path], status: 4, "TCX")
                }
                let running = try BackgroundCommand([
                    Netctl.path, "run", object, "near0", "--cgroup",
                    cgroup.path, "--mode", "xdpgeneric", "--for", "60s", "--interval", "60",
                    "--verbose",
                ])
                defer { running.signal(9) }
                // What is running is said on standard error; the links tell when all of them are.
                for _ in 0..<200 {
                    if try netctl("prog", "list").stdout.contains("name kind_perf_event ") { break }
                    usleep(50_000)
                }
                var missing: Set<String> = []
                for _ in 0..<20 {
                    let done = try cgroup.run(["perl", "-e", Self.everySocketCall])
                    #expect(done.status == 0, "\(done)")
                    try pair.send(1, port: 9)
                    try UDPSocket(bound: "10.77.0.1").send(1, to: "10.77.0.2", port: 9)
                    let seen = try Self.counted("kinds_seen")
                    missing = Set(kinds).subtracting(seen.keys)
                    if missing.isEmpty { break }
                }
                #expect(missing.isEmpty)
            }
        }
    }

    private static let kinds = [
        "XDP", "TC_INGRESS", "TC_EGRESS", "CGROUP_INGRESS", "CGROUP_EGRESS", "DEVICE",
        "SOCK_CREATE", "SOCK_RELEASE", "POST_BIND", "BIND", "CONNECT", "SENDMSG", "RECVMSG",
        "GETPEERNAME", "GETSOCKNAME", "SETSOCKOPT", "GETSOCKOPT", "SYSCTL", "SOCKOPS",
        "TRACEPOINT", "RAW_TRACEPOINT", "TP_BTF", "UPROBE", "URETPROBE", "PERF_EVENT",
    ].map { "KIND_\($0)" }

    @Test("each of the kernel's own is attached, listed, replaced and detached")
    func attached() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("kinds", in: folder)
            let names = ["tracepoint", "raw_tracepoint", "tp_btf", "uretprobe", "perf_event"]
            for name in names {
                let attach = ["attach", "--program", object, "--name", "kind_\(name)"]
                try expectSuccess(attach, "attached program kind_\(name) on the kernel")
                try expectSuccess(attach, "replaced program kind_\(name)")
            }
            let status = try netctl("status").stdout
            #expect(names.allSatisfy { status.contains("state active name kind_\($0) ") })
            try expectSuccess(
                ["detach", "--program", "kind_perf_event"], "detached kernel perf_event")
            try expectSuccess(["detach", "--all"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test(
        "functions of the kernel: run where it has trampolines and kprobes, else refused in words",
        arguments: [
            ("on_fentry", "FENTRY", "this kernel allows it to nobody (EPERM)"),
            ("on_fexit", "FEXIT", "this kernel allows it to nobody (EPERM)"),
            ("on_kprobe", "KPROBE", "CONFIG_KPROBE_EVENTS"),
            ("on_kretprobe", "KRETPROBE", "CONFIG_KPROBE_EVENTS"),
        ])
    func functions(_ name: String, _ kind: String, _ refusal: String) async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("functions", in: folder)
            let attach = ["attach", "--program", object, "--name", name, "--pin-maps"]
            let result = try run([Netctl.path] + attach)
            guard result.status == 0 else {
                // The machine cannot: exit 4, and what may do instead.
                #expect(result.status == 4, "\(result)")
                #expect(result.stderr.contains(refusal), "\(result)")
                #expect(result.stderr.contains("; a tracepoint may do: SEC("), "\(result)")
                #expect(!result.stderr.contains("run as root"), "\(result)")
                #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
                return
            }
            try folder.write("", to: "gone")
            try runChecked(["rm", folder.appending("gone")])
            #expect(try Self.counted("functions_seen")["KIND_\(kind)"] ?? 0 > 0)
            try expectSuccess(attach, "replaced program \(name)")
            try expectSuccess(["detach", "--program", name])
        }
    }

    @Test("an iterator is read by run, and through its pin")
    func iterator() async throws {
        try await withSandbox {
            let source = ProgramFixture.source("iterator")
            let read = try expectSuccess(["run", source, "-o", "json"])
            let lines = read.stdout.split(separator: "\n")
            #expect(lines.count > 1)
            #expect(lines.first == #"{"line":"process","program":"each_task","version":1}"#)
            try expectSuccess(["attach", "--program", source], "each_task on the kernel iter/task")
            let text = try runChecked(["cat", "/sys/fs/bpf/netctl/program-kernel-each_task/link"])
            #expect(text.hasPrefix("process\n"))
            try expectSuccess(["detach", "--all"])
        }
    }

    @Test("a socket of a process: filtered, replaced, told of when it is gone, let go")
    func socket() async throws {
        try await withSandbox {
            try runChecked(["ip", "link", "set", "lo", "up"])
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("socket", in: folder)
            // Says how long each datagram is that it gets.
            var server = try BackgroundCommand([
                "perl", "-MIO::Socket::INET", "-e",
                "$| = 1; my $s = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', "
                    + "LocalPort => 4323) or die; print fileno $s, \" ready\\n\"; "
                    + "while (defined $s->recv(my $b, 99)) { print \"got \", length $b, \"\\n\" }",
            ])
            defer { server.signal(9) }
            // It has inherited other sockets: which one is its own?
            let number = try server.waitForOutput(" ready").prefix(while: \.isNumber)
            let sender = try UDPSocket(bound: "127.0.0.1")
            let attach = ["attach", "--program", object, "--socket", "\(server.pid):\(number)"]
            try expectSuccess(
                attach, "attached program keep_some on process \(server.pid) fd \(number)")
            try sender.send(1, to: "127.0.0.1", port: 4323)
            try server.waitForOutput("got 6")
            // UDP's header is the first eight bytes.
            try expectSuccess(attach + ["--set", "keep=10"], "replaced program keep_some")
            try sender.send(1, to: "127.0.0.1", port: 4323)
            try server.waitForOutput("got 2")
            try expectSuccess(["status"], "program process \(server.pid) fd ", "state active")
            try expectSuccess(
                ["detach", "--socket", "4194303"], "no program is attached to a socket of process")
            try expectSuccess(["detach", "--socket", "\(server.pid)"], "detached process")
            try sender.send(1, to: "127.0.0.1", port: 4323)
            try server.waitForOutput("got 2\ngot 6")
            try expectSuccess(attach)
            server.signal(9)
            for _ in 0..<200 where try netctl("status").stdout.contains("active") {
                usleep(10_000)
            }
            try expectSuccess(["status"], "state gone", "what it was attached to is gone")
            try expectSuccess(["detach", "--all"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))

            try expectRefusal(attach + ["--cgroup", "/"], status: 2, "--socket excludes")
            try expectRefusal(
                ["attach", "--program", object, "--socket", "x"], status: 2, "--socket")
            try expectRefusal(
                ["attach", "--program", object, "--socket", "4194303"], status: 1,
                "there is no such process")
            try expectRefusal(
                ["attach", "--program", object], status: 1, "--socket PID:FD")
        }
    }
}
