import TestSupport
import Testing

/// A kernel without type information (BTF), as far as netctl can see.
@Suite("Without BTF", .requiresRoot) struct NoTypesTests {
    private func run(_ arguments: [String]) throws -> CommandResult {
        try TestSupport.run(
            [
                "unshare", "--mount", "sh", "-c",
                "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"", "sh", Netctl.path,
            ] + arguments)
    }

    @Test(arguments: [
        ["trace", "exec", "--duration", "100ms"], ["trace", "rst", "--duration", "100ms"],
        ["context", "on"], ["probe", "list", "tp_btf:kfree_skb"],
    ]) func `what needs it says so: exit code 4`(arguments: [String]) async throws {
        try await withSandbox {
            let result = try run(arguments)
            #expect(result.status == 4 && result.stdout == "", "\(result)")
            #expect(
                result.stderr.contains(
                    "this kernel has no type information, BTF (ESRCH); it needs a kernel with "
                        + "CONFIG_DEBUG_INFO_BTF"), "\(result)")
        }
    }

    @Test func `events go on without what needs it, and say what is not seen`() async throws {
        try await withSandbox {
            let result = try run(["events", "--duration", "100ms"])
            #expect(result.status == 0, "\(result)")
            for lost in ["whose sockets", "the kernel's own drops"] {
                #expect(
                    result.stderr.contains("warning: not seen here: \(lost): "), "\(result)")
            }
        }
    }

    @Test func `sockets are found in another way`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let scene = try Scene(
                    "comm srv tcp4 bind 127.0.0.1 0 listen 4 cookie one wait", in: cgroup)
                let port = try scene.socket("one").port
                let result = try run(["sockets", "--port", "\(port)"])
                #expect(result.status == 0 && result.stdout.contains("owner srv["), "\(result)")
                let why = try run(["why", ":\(port)"])
                #expect(why.stdout.contains("owner srv["), "\(why)")
                #expect(why.stdout.contains("the past is not known"), "\(why)")
            }
        }
    }
}
