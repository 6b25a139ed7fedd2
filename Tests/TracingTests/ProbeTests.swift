import Foundation
import TestSupport
import Testing

@testable import Tracing

@Suite struct ProbePatternTests {
    @Test(
        arguments: [
            ("tcp_connect", nil, nil, "tcp_connect"),
            ("kprobe:tcp_*", .kprobe, nil, "tcp_*"),
            ("kretprobe:tcp_*", .kprobe, nil, "tcp_*"),
            ("fexit:tcp_*", .fentry, nil, "tcp_*"),
            ("tracepoint:skb:*", .tracepoint, nil, "skb:*"),
            ("skb:*", .tracepoint, nil, "skb:*"),
            ("tp_btf:", .tpBTF, nil, "*"),
            ("uprobe:/bin/bash:read*", .uprobe, "/bin/bash", "read*"),
            ("uprobe:/bin/bash", .uprobe, "/bin/bash", "*"),
            ("usdt:/lib/a:b:c", .usdt, "/lib/a:b", "c"),
        ] as [(String, ProbeKind?, String?, String)])
    func `kind, binary and glob`(
        text: String, kind: ProbeKind?, binary: String?, glob: String
    ) throws {
        let pattern = try ProbePattern(text)
        #expect(pattern.kind == kind)
        #expect(pattern.binary == binary)
        #expect(pattern.glob == glob)
    }

    @Test(arguments: ["", "uprobe:", "usdt::name"]) func `what means nothing`(text: String) {
        #expect(throws: TracingError.self) { try ProbePattern(text) }
    }

    @Test func `an event's name needs no subsystem`() throws {
        #expect(try ProbePattern("kfree_*").matches("skb:kfree_skb"))
        #expect(try ProbePattern("skb:kfree_*").matches("skb:kfree_skb"))
        #expect(try !ProbePattern("irq:kfree_*").matches("skb:kfree_skb"))
        #expect(try !ProbePattern("free_*").matches("skb:kfree_skb"))
    }
}

@Suite struct TracepointFieldTests {
    private static let format = """
        name: kfree_skb
        ID: 1592
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

        \tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;
        \tfield:unsigned short protocol;\toffset:32;\tsize:2;\tsigned:0;
        \tfield:enum skb_drop_reason reason;\toffset:36;\tsize:4;\tsigned:1;
        \tfield:__data_loc char[] name;\toffset:40;\tsize:4;\tsigned:0;
        \tfield:__u8 saddr[4];\toffset:44;\tsize:4;\tsigned:0;

        print fmt: "skbaddr=%p", REC->skbaddr
        """

    @Test func `fields of a record, without the common ones`() {
        let fields = TracepointField.fields(format: Self.format)
        #expect(fields.map(\.name) == ["skbaddr", "protocol", "reason", "name", "saddr"])
        #expect(fields.map(\.declaration).first == "void * skbaddr")
        #expect(fields.map(\.offset) == [8, 32, 36, 40, 44])
        #expect(fields.map(\.bytes) == [8, 2, 4, 4, 4])
        #expect(fields.map(\.isSigned) == [false, false, true, false, false])
    }

    @Test(arguments: ["", "field:", "\tfield:int x;\toffset:;\tsize:4;", "field:;offset:1;size:1;"])
    func `what is no field is left out`(line: String) {
        #expect(TracepointField.fields(format: line).isEmpty)
    }
}

@Suite(.requiresRoot) struct ProbeListTests {
    @Test func `a tracepoint with its fields`() throws {
        let list = try ProbeList(matching: ProbePattern("skb:kfree_skb"), details: true)
        let probe = try #require(list.probes.first)
        #expect(list.probes.count == 1)
        #expect(probe.pattern == "tracepoint:skb:kfree_skb")
        guard case .fields(let fields) = probe.detail else {
            Issue.record("\(probe.detail)")
            return
        }
        #expect(fields.map(\.name).contains("location"))
    }

    @Test func `a typed tracepoint, a function and an iterator`() throws {
        let tracepoint = try ProbeList(
            matching: ProbePattern("tp_btf:inet_sock_set_state"), details: true)
        #expect(
            tracepoint.probes.map(\.detail) == [
                .prototype(
                    "void inet_sock_set_state(const struct sock *sk, const int oldstate, "
                        + "const int newstate)")
            ])
        let function = try ProbeList(
            matching: ProbePattern("fentry:tcp_v4_connect"), details: true)
        #expect(
            function.probes.map(\.detail) == [
                .prototype(
                    "int tcp_v4_connect(struct sock *sk, struct sockaddr *uaddr, int addr_len)")
            ])
        let iterator = try ProbeList(matching: ProbePattern("iter:task_file"), details: true)
        #expect(
            iterator.probes.map(\.detail) == [
                .prototype(
                    "struct bpf_iter__task_file { struct bpf_iter_meta *meta; "
                        + "struct task_struct *task; u32 fd; struct file *file; }")
            ])
    }

    @Test func `no tracefs stays mounted`() throws {
        let before = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        _ = try ProbeList(matching: ProbePattern("skb:*"), details: true)
        #expect(
            try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) == before)
    }

    @Test(arguments: [
        ("skb:kfre_skb", "did you mean 'skb:kfree_skb'?"),
        ("tp_btf:inet_sock_set_stat", "did you mean 'inet_sock_set_state'?"),
        ("kprob:tcp_connect", "did you mean 'kprobe:tcp_connect'?"),
        ("tp_btf:zzzz*", "'netctl probe list \"*zzzz*\"' looks for names like it"),
    ]) func `nothing found says what is near`(pattern: String, hint: String) throws {
        let error = try #require(throws: TracingError.self) {
            _ = try ProbeList(matching: ProbePattern(pattern), details: false)
        }
        #expect(error.description.hasSuffix("there is none; \(hint)"))
        #expect(error.code == .failed)
    }

    @Test func `kprobes are listed, or said to be unavailable`() throws {
        let exists = access("/sys/bus/event_source/devices/kprobe/type", F_OK) == 0
        let list = Result {
            try ProbeList(matching: ProbePattern("kprobe:tcp_connect"), details: false)
        }
        switch list {
        case .success(let list):
            #expect(exists && list.probes.map(\.name) == ["tcp_connect"])
        case .failure(let error):
            #expect(!exists && (error as? TracingError)?.code == .unsupported)
        }
        let all = try ProbeList(matching: ProbePattern("*kfree_skb"), details: false)
        #expect(all.unavailable.map(\.kind) == (exists ? [] : [.kprobe]))
        #expect(all.probes.map(\.kind).contains(.tpBTF))
    }
}

@Suite struct BinaryProbeTests {
    @Test func `functions of a library`() throws {
        let path = try #require(
            ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6"]
                .first { FileManager.default.fileExists(atPath: $0) })
        let list = try ProbeList(
            matching: ProbePattern("uprobe:\(path):getaddrinfo"), details: true)
        #expect(list.probes.map(\.pattern) == ["uprobe:\(path):getaddrinfo"])
        guard case .symbol(let address, let bytes)? = list.probes.first?.detail else {
            Issue.record("no symbol")
            return
        }
        #expect(address > 0 && bytes > 0)
    }

    @Test(arguments: [
        ("/etc/passwd", "it is no ELF file"), ("/nonexistent", "no such file or directory"),
        ("/", "it cannot be read as an ELF file"),
    ]) func `what is no binary`(path: String, reason: String) throws {
        let error = try #require(throws: TracingError.self) {
            _ = try ProbeList(matching: ProbePattern("uprobe:\(path):*"), details: false)
        }
        #expect(error.description.contains(reason), "\(error)")
    }

    /// A binary whose bytes were overwritten, and one that ends in the middle.
    @Test func `damaged binaries end without a crash`() throws {
        let whole = try Data(contentsOf: URL(filePath: "/proc/self/exe")).prefix(1 << 20)
        let path = NSTemporaryDirectory() + "netctl-elf-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var seed = SystemRandomNumberGenerator()
        for round in 0..<40 {
            var bytes = whole.prefix(
                round == 0 ? 64 : Int.random(in: 1...whole.count, using: &seed))
            for _ in 0..<round {
                bytes[Int.random(in: 0..<min(bytes.count, 4096), using: &seed)] = .random(
                    in: 0...255, using: &seed)
            }
            try bytes.write(to: URL(filePath: path))
            for kind in ["uprobe", "usdt"] {
                _ = try? ProbeList(matching: ProbePattern("\(kind):\(path):*"), details: true)
            }
        }
    }
}
