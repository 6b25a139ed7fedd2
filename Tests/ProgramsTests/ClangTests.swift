import TestSupport
import Testing

@testable import Programs

/// Which clang is taken, and what is said without one.
@Suite struct ClangTests {
    /// A folder with these executables.
    private func folder(_ names: [String]) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in names {
            try folder.write("#!/bin/sh\n", to: name)
            try runChecked(["chmod", "+x", "\(folder.path)/\(name)"])
        }
        return folder
    }

    @Test("the variable beats PATH, clang beats clang-N, a new one beats an old one")
    func order() throws {
        let folder = try folder(["clang", "clang-14", "clang-19", "mine"])
        let path = "/nowhere:\(folder.path)"
        #expect(try Clang(environment: ["PATH": path]).path == "\(folder.path)/clang")
        #expect(
            try Clang(environment: ["PATH": path, "BPF_CLANG": "mine"]).path
                == "\(folder.path)/mine")
        #expect(
            try Clang(environment: ["BPF_CLANG": "\(folder.path)/clang-14"]).path
                == "\(folder.path)/clang-14")
        try runChecked(["rm", "\(folder.path)/clang"])
        #expect(try Clang(environment: ["PATH": path]).path == "\(folder.path)/clang-19")
    }

    @Test("without clang the kind of failure and the way out are said")
    func none() throws {
        let folder = try TemporaryDirectory()
        try folder.write("no program", to: "clang")
        let error = try #require(throws: ProgramsError.self) {
            try Clang(environment: ["PATH": folder.path])
        }
        #expect(error.code == .unsupported)
        #expect("\(error)".contains("apt install clang"))
        let named = try #require(throws: ProgramsError.self) {
            try Clang(environment: ["PATH": folder.path, "BPF_CLANG": "/nope"])
        }
        #expect("\(named)".hasPrefix("find clang: /nope: BPF_CLANG names it"))
    }
}

/// What clang is told.
@Suite struct CompileArgumentTests {
    @Test("what a user types stays the value of an option")
    func values() {
        var options = CompileOptions()
        options.includes = ["-o"]
        options.defines = ["X=$(touch /tmp/x) 'y'"]
        let arguments = SourceCompiler.arguments(
            "-evil.bpf.c", options, object: "/o", generated: "/g")
        #expect(arguments.contains("./-evil.bpf.c") && !arguments.contains("-evil.bpf.c"))
        let include = arguments.firstIndex(of: "-o").map { arguments[$0 - 1] }
        #expect(include == "-I")
        let macro = arguments.firstIndex(of: "X=$(touch /tmp/x) 'y'").map { arguments[$0 - 1] }
        #expect(macro == "-D")
        #expect(arguments.suffix(2) == ["-o", "/o"])
    }
}
