import TestSupport
import Testing

/// `netctl compile`: sources that compile, that do not, and what is left on the disk.
@Suite("Compile", .requiresClang)
struct CompileTests {
    private static let counting = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        #include "mine.h"
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, LIMIT);
            __type(key, __u32);
            __type(value, __u64);
        } counts SEC(".maps");
        SEC("xdp") int count(struct xdp_md *ctx)
        {
            __u32 key = 0;
            __u64 *value = bpf_map_lookup_elem(&counts, &key);
            if (value)
                __sync_fetch_and_add(value, 1);
            return XDP_PASS;
        }
        """

    @Test("a source becomes an object beside it, with the user's headers and macros")
    func object() throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.counting, to: "count.bpf.c")
        try runChecked(["mkdir", "\(folder.path)/my headers"])
        try folder.write("", to: "my headers/mine.h")
        let result = try netctl(
            "compile", "\(folder.path)/count.bpf.c", "-I", "\(folder.path)/my headers",
            "-DLIMIT=7", "-o", "json")
        #expect(result.status == 0, "\(result)")
        let document = try JSONValue(parsing: result.stdout)
        #expect(document["object"]?.text == "\(folder.path)/count.bpf.o")
        #expect(document["programs"]?.elements?.first?["type"]?.text == "xdp")
        #expect(document["maps"]?.elements?.compactMap(\.text) == ["counts"])
        let machine = try runChecked([
            "od", "-An", "-tx1", "-j18", "-N1", "\(folder.path)/count.bpf.o",
        ])
        #expect(machine.contains("f7"))  // EM_BPF
    }

    @Test("clang's words and the place are passed on; no object, no temporary file is left")
    func refused() throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.counting.replacing("LIMIT", with: "7"), to: "count.bpf.c")
        let result = try netctl(
            "compile", "\(folder.path)/count.bpf.c", environment: ["TMPDIR": folder.path])
        #expect(result.status == 1)
        #expect(result.stderr.contains("count.bpf.c:3:10: fatal error: 'mine.h' file not found"))
        #expect(
            result.stderr.contains("netctl: compile: \(folder.path)/count.bpf.c: clang refuses"))
        #expect(try runChecked(["ls", folder.path]) == "count.bpf.c\n")
    }

    @Test(
        "vmlinux.h is made where a source needs it, and left nowhere",
        .enabled(if: (try? runChecked(["ls", "/sys/kernel/btf/vmlinux"])) != nil, "no kernel BTF"))
    func kernelTypes() throws {
        let folder = try TemporaryDirectory()
        let source = """
            #include "vmlinux.h"
            #include <bpf/bpf_helpers.h>
            #include <bpf/bpf_tracing.h>
            SEC("tp_btf/sched_process_exec") int exec(void *ctx)
            {
                struct task_struct *task = (void *)bpf_get_current_task_btf();
                return task->pid < 0;
            }
            SEC("kprobe/do_exit") int BPF_KPROBE(on_exit, long code)
            {
                return code;
            }
            """
        try folder.write(source, to: "exec.bpf.c")
        for more in [[], ["--vmlinux"], ["--btf", "/sys/kernel/btf/vmlinux"]] {
            let result = try run(
                [Netctl.path, "compile", "\(folder.path)/exec.bpf.c"] + more,
                environment: ["TMPDIR": folder.path])
            #expect(result.status == 0, "\(more) \(result)")
            #expect(try runChecked(["ls", folder.path]) == "exec.bpf.c\nexec.bpf.o\n")
        }
        let none = try netctl(
            "compile", "\(folder.path)/exec.bpf.c", "--btf", "\(folder.path)/exec.bpf.c")
        #expect(none.status == 1)
        #expect(none.stderr.contains("exec.bpf.c: it holds no BTF"))
    }

    @Test("without clang: exit 4, and where to get it")
    func withoutClang() throws {
        let result = try netctl("compile", "x.bpf.c", environment: ["PATH": "/nowhere"])
        #expect(result.status == 4)
        #expect(result.stderr.contains("there is no clang"))
    }

    @Test(
        "bad command lines and places",
        arguments: [
            (
                ["compile", "/nope.bpf.c"], 1,
                "compile: /nope.bpf.c: no such file or directory (ENOENT)"
            ),
            (
                ["compile", "/tmp", "--to", "/tmp/x.o"], 1,
                "compile: /tmp: it is a folder, not a C source"
            ),
            (["compile", "/tmp"], 2, "does not end in .c"),
            (["compile", "x.c", "-D", "1=2"], 2, "-D takes NAME or NAME=VALUE"),
            (["compile", "x.c", "--vmlinux", "--btf", "y"], 2, "exclude each other"),
            (["compile", "x.c", "--to", "x.c"], 2, "--to names the source"),
        ])
    func badInput(_ arguments: [String], _ status: Int32, _ text: String) throws {
        let result = try run([Netctl.path] + arguments)
        #expect(result.status == status, "\(result)")
        #expect(result.stderr.contains(text), "\(result)")
    }
}
