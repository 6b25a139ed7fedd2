internal import BPF
internal import LinuxSystem

/// Programs and libraries of the machine.
enum ToolFindings {
    static func all() -> [Finding] {
        [
            clang, headers, tool("bpftool", "no 'prog dump'"),
            tool("objdump", "no machine code where bpftool lacks it"), library,
        ]
    }

    private static var clang: Finding {
        let cost = "no 'netctl compile', 'run' and 'attach --program FILE.c'"
        do throws(ProgramsError) {
            let found = try Clang()
            guard found.knowsBPF else {
                return Finding(
                    "tools", "clang", .missing, "\(found.path) was built without the BPF target",
                    cost: cost, remedy: "name another in \(Clang.variable)")
            }
            return Finding("tools", "clang", .ok, "\(found.path): \(found.version ?? "?")")
        } catch {
            return Finding(
                "tools", "clang", .missing, "none", cost: cost,
                remedy: "apt install clang, or name one in \(Clang.variable)")
        }
    }

    private static var headers: Finding {
        let path = "/usr/include/bpf/bpf_helpers.h"
        let has = (try? FileState(path: path)) != nil
        return Finding(
            "tools", "libbpf headers", has ? .ok : .missing, has ? path : "none",
            cost: "sources that include bpf/bpf_helpers.h do not compile",
            remedy: "apt install libbpf-dev")
    }

    private static func tool(_ name: String, _ cost: String) -> Finding {
        do throws(ProgramsError) {
            return Finding("tools", name, .ok, try Executable.find(name, toDo: "look for"))
        } catch {
            return Finding(
                "tools", name, .missing, "none", cost: cost,
                remedy: "apt install \(name == "objdump" ? "binutils" : name)")
        }
    }

    private static var library: Finding {
        Finding("tools", "libbpf", .note, libraryVersion())
    }
}
