import Foundation
import TestSupport
import Testing

/// Programs that cannot be had: exit code and message of each, and nothing left behind.
@Suite("Bad programs", .requiresRoot, .requiresClang)
struct BadProgramTests {
    private static let head = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
    private static let licence = "char LICENSE[] SEC(\"license\") = \"GPL\";\n"
    private static let pass = "SEC(\"xdp\") int pass(struct xdp_md *ctx) { return XDP_PASS; }\n"

    @Test("what is no object of BPF, what has no types, what does not compile")
    func files() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            func refuse(_ file: String, _ status: Int32, _ words: String...) throws {
                let result = try run([Netctl.path, "attach", "near0", "--program", file])
                #expect(result.status == status, "\(result)")
                for word in words { #expect(result.stderr.contains(word), "\(file): \(result)") }
            }
            try refuse(folder.appending("none.bpf.o"), 1, "no such file or directory (ENOENT)")
            try refuse(folder.path, 1, "it is a folder")
            try refuse(try folder.write("hello", to: "text.o"), 1, "it is no ELF object")
            try refuse(try folder.write("", to: "empty.o"), 1, "it is empty")
            try refuse(Netctl.path, 1, "it is an object for ", "not for BPF")
            let source = try folder.write(Self.head + Self.pass + Self.licence, to: "pass.bpf.c")
            let whole = try ProgramFixture.compile(source, in: folder, to: "whole.bpf.o")
            let cut = folder.appending("cut.bpf.o")
            try runChecked(["sh", "-c", "head -c 300 \(whole) >\(cut)"])
            try refuse(cut, 1, "open object \(cut): it is damaged, or cut short")
            let bare = try ProgramFixture.compile(source, in: folder, to: "bare.bpf.o", [])
            // Without maps and variables nothing needs types: it is attached.
            try expectSuccess(["attach", "near0", "--program", bare], "attached program pass")
            try expectSuccess(["detach", "near0"])
            let typed = try folder.write(
                Self.head + """
                    struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
                        __type(key, __u32); __type(value, __u32); } one SEC(".maps");
                    SEC("xdp") int pass(struct xdp_md *ctx)
                    {
                        __u32 key = 0;
                        return bpf_map_lookup_elem(&one, &key) ? XDP_PASS : XDP_DROP;
                    }
                    """ + Self.licence, to: "typed.bpf.c")
            let untyped = try ProgramFixture.compile(typed, in: folder, to: "untyped.bpf.o", [])
            try refuse(untyped, 1, "it has no type information (BTF)", "-g")
            try refuse(
                try folder.write(
                    Self.head + "SEC(\"xdp\") int f(void *x) { return y; }", to: "y.c"),
                1, "use of undeclared identifier 'y'", "clang refuses it")
            try refuse(
                try folder.write(Self.head + Self.licence, to: "nothing.bpf.c"), 1,
                "there is none in it")
            let old = try folder.write(
                Self.head
                    + "struct old { int type, key_size, value_size, max_entries; };\n"
                    + "struct old SEC(\"maps\") old = { 2, 4, 4, 1 };\n" + Self.pass + Self.licence,
                to: "old.bpf.c")
            try refuse(old, 1, "it declares maps in the old way", "SEC(\".maps\")")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("no licence, two programs and no name, two maps of one name, a variable of another type")
    func contents() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            // Without a licence a program may call no helper that is the GPL's.
            let traced = """
                SEC("tp_btf/sched_process_exec") int traced(void *ctx)
                {
                    char text[] = "x";
                    return bpf_trace_printk(text, sizeof(text));
                }

                """
            for (name, licence) in [
                ("none", ""), ("mine", "char L[] SEC(\"license\") = \"Mine\";"),
            ] {
                let source = try folder.write(Self.head + traced + licence, to: "\(name).bpf.c")
                try expectRefusal(
                    ["attach", "--program", source], status: 1, "SEC(\"license\") = \"GPL\"")
            }
            // One that calls none needs none.
            let free = try folder.write(Self.head + Self.pass, to: "free.bpf.c")
            try expectSuccess(["attach", "near0", "--program", free])
            try expectSuccess(["detach", "near0"])
            let two = try folder.write(
                Self.head + Self.pass + Self.pass.replacing("pass(", with: "second(")
                    + "const volatile int number = 1; const volatile char word[4] = \"ab\";\n"
                    + "struct pair { int a; int b; }; const volatile struct pair pair;\n"
                    + Self.licence, to: "two.bpf.c")
            let attach = ["attach", "near0", "--program", two]
            try expectRefusal(
                attach, status: 1, "there are 2 programs in it: pass (xdp), second (xdp)",
                "choose one by --name")
            for value in ["word=abcde", "number=x", "number=[1]", "pair=1", "pair={\"c\": 1}"] {
                try expectRefusal(
                    attach + ["--name", "pass", "--set", value], status: 1, "netctl: set ")
            }
            // A pin of that name is there, and is of another kind of map.
            let maps = """
                struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
                    __type(key, __u32); __type(value, VALUE); } shared SEC(".maps");
                SEC("xdp") int pass(struct xdp_md *ctx)
                {
                    __u32 key = 0;
                    return bpf_map_lookup_elem(&shared, &key) ? XDP_PASS : XDP_DROP;
                }

                """
            let mapped = try folder.write(Self.head + maps + Self.licence, to: "map.bpf.c")
            let pinned = ["attach", "near0", "--program", mapped, "--pin-maps"]
            try expectSuccess(pinned + ["-DVALUE=__u32"])
            try expectRefusal(
                pinned + ["-DVALUE=__u64"], status: 1, "reuse map", "values of 4 bytes",
                "the object needs 4 and 8; the program that is there has it: detach that first")
            try expectSuccess(["status"], "state active")
            try expectSuccess(["detach", "near0"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("tracepoints that this kernel does not have")
    func targets() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            for (section, words) in [
                ("tp_btf/no_such", "this kernel has no 'no_such'"),
                ("tracepoint/sched/no_such", "'netctl probe list sched:*'"),
                ("raw_tp/no_such", "this kernel has no such tracepoint"),
            ] {
                let source = try folder.write(
                    Self.head + "SEC(\"\(section)\") int on_it(void *ctx) { return 0; }\n"
                        + Self.licence, to: "target.bpf.c")
                try expectRefusal(["attach", "--program", source], status: 1, words)
            }
        }
    }

    @Test("a map that is deleted while it is read")
    func deleted() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                Self.head + """
                    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 100000);
                        __type(key, __u32); __type(value, __u32); } many SEC(".maps");
                    SEC("raw_tp/sched_process_exec") int none(void *ctx)
                    {
                        __u32 key = 0;
                        return bpf_map_lookup_elem(&many, &key) ? 1 : 0;
                    }
                    """ + Self.licence, to: "many.bpf.c")
            try expectSuccess(["attach", "--program", source, "--pin-maps"])
            let map = "/sys/fs/bpf/netctl/program-kernel-none/map-many"
            for key in 0..<5 { try expectSuccess(["map", "set", map, "\(key)", "1"]) }
            // The reader holds the map: it is read to its end, whoever deletes it meanwhile.
            let reader = try BackgroundCommand([Netctl.path, "map", "dump", map, "-o", "json"])
            try expectSuccess(["detach", "--all"])
            let said = try reader.wait(limit: .seconds(30))
            if said.status == 0 {
                #expect(try JSONValue(parsing: said.stdout).elements?.count == 5)
            } else {
                #expect(said.status == 1 && said.stderr.contains("no such pin"), "\(said)")
            }
            try expectRefusal(["map", "dump", map], status: 1, "there is no such pin")
        }
    }

    @Test(
        "killed in the middle of an attach: nothing is attached, and the next command leaves nothing"
    )
    func killed() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(Self.head + Self.pass + Self.licence, to: "pass.bpf.c")
            let object = try ProgramFixture.compile(source, in: folder, to: "pass.bpf.o")
            let attach = [
                Netctl.path, "attach", "near0", "--program", object, "--mode", "xdpgeneric",
            ]
            // What an undisturbed one takes, in pieces.
            let start = ContinuousClock.now
            try expectSuccess(Array(attach.dropFirst()))
            let whole = ContinuousClock.now - start
            try expectSuccess(["detach", "--all"])
            for step in 1...4 {
                let child = try BackgroundCommand(attach)
                usleep(UInt32(whole / .microseconds(1)) * UInt32(step) / 4)
                child.signal(9)
                _ = try child.wait()
                let programs = try JSONValue(parsing: netctl("status", "-o", "json").stdout)
                for program in programs["programs"]?.elements ?? [] {
                    #expect(program["state"]?.text == "active")
                }
                try expectSuccess(["detach", "--all"])
                #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
                #expect(try !runChecked(["ip", "link", "show", "near0"]).contains("xdp"))
            }
        }
    }
}
