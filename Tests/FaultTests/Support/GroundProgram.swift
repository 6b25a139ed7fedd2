import BPF
import Datapath
import Foundation
import Policy
import TestSupport

extension HookWay {
    /// The section of a program for it, and an answer that lets everything go on.
    fileprivate var program: (section: String, answer: Int) {
        switch self {
        case .xdp: ("xdp", 2)
        case .tcx, .clsact: ("tc", -1)
        case .cgroupIngress: ("cgroup_skb/ingress", 1)
        case .cgroupDevice: ("cgroup/dev", 1)
        case .kernel: ("perf_event", 0)
        }
    }
}

/// A user's program, in one of two versions, and where it belongs.
struct GroundProgram {
    let words: [String]
    fileprivate let user: UserProgram
    fileprivate let target: ProgramTarget

    func attach() throws { _ = try Reconciler().attach(user, to: target) }
}

extension Ground {
    static let programName = "user_program"

    private var objectFile: String { "\(directory)/user.bpf.o" }

    /// Writes a program for the hook and compiles it.
    func compileProgram() throws {
        let (section, answer) = way.program
        let source = "\(directory)/user.bpf.c"
        try """
        #define SEC(name) __attribute__((section(name), used))
        const volatile int version = 0;
        SEC("\(section)") int \(Self.programName)(void *ctx)
        {
            return version > 2 ? \(answer) + 1 : \(answer);
        }
        char LICENSE[] SEC("license") = "GPL";
        """.write(toFile: source, atomically: false, encoding: .utf8)
        try runChecked(
            ["clang", "-target", "bpf", "-O2", "-g", "-c", source, "-o", objectFile])
    }

    /// The program for policies, by its file.
    var objects: [String: [UInt8]] {
        get throws { [objectFile: Array(try Data(contentsOf: URL(filePath: objectFile)))] }
    }

    /// A version of the program for the place where a policy stays.
    func program(version: Int) throws -> GroundProgram {
        var options = UserProgram.Options()
        options.globals = [("version", .word("\(version)"))]
        let user = try UserProgram(
            image: objects[objectFile] ?? [], file: objectFile, hook: way.hook, options)
        let target =
            switch way.hook?.place {
            case .interface:
                try ProgramTarget(
                    user, interface: kept, netns: nil, hook: way.hook, mode: { _ in way.mode })
            case .cgroup: try ProgramTarget(user, cgroup: kept, hook: way.hook)
            case nil: try ProgramTarget(user)
            }
        let place = way.hook == nil ? [] : words(kept)
        return GroundProgram(
            words: ["attach"] + place + ["--program", objectFile, "--set", "version=\(version)"],
            user: user, target: target)
    }

    /// A policy that has a version of the program at some places, and where there is room a filter beside it.
    func programText(_ version: Int, at places: [String]) -> String {
        let program = "program: \(objectFile), set: { version: \(version) }"
        guard way.hook != nil else {
            return "version: 1\nname: edge\nattach:\n  - { \(program) }\n"
        }
        let entries = places.map { "  - { \(entryPlace($0)), \(programKeys), \(program) }\n" }
        let filters = way == .xdp ? "attach:\n" : text("v\(version)", at: [kept])
        return (way == .xdp ? "version: 1\nname: edge\n" : "") + filters + entries.joined()
    }
}
