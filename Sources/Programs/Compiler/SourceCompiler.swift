internal import BPF
internal import Foundation
internal import LinuxSystem
internal import SystemPackage

/// A source that clang has compiled.
public struct CompiledSource: Sendable {
    /// The object file's bytes.
    public let image: [UInt8]
    /// What clang warned of, as it wrote it.
    public let warnings: String
}

/// Why a source could not be compiled: what clang said, and the sentence that ends it.
public struct SourceErrors: Error, Sendable, CustomStringConvertible {
    /// What clang said, as it wrote it.
    public let diagnostics: String
    /// `compile: x.bpf.c: …`.
    public let description: String
}

/// Compiles C into BPF objects as libbpf and the kernel want them.
public struct SourceCompiler: Sendable {
    private let clang: Clang

    /// A compiler on the clang of this machine.
    ///
    /// - Throws: ``ProgramsError`` with `.unsupported` when there is none.
    public init() throws(ProgramsError) { clang = try Clang() }

    /// Compiles one source. Nothing is left on the disk, and no shell is involved.
    ///
    /// - Parameters:
    ///   - source: The path of the C file.
    ///   - options: How.
    /// - Returns: The object.
    /// - Throws: ``SourceErrors`` with what clang said of the source; ``ProgramsError``.
    public func compile(_ source: String, _ options: CompileOptions) throws -> CompiledSource {
        try Self.require(readable: source)
        let folder = try TemporaryFolder()
        if options.kernelTypes != .onDemand {
            try writeKernelTypes(options.kernelTypes, in: folder)
        }
        var said = try run(source, options, in: folder)
        if said.status != 0, options.kernelTypes == .onDemand,
            said.stderr.contains("'vmlinux.h' file not found")
        {
            try writeKernelTypes(.running, in: folder)
            said = try run(source, options, in: folder)
        }
        guard said.status == 0 else { throw refusal(source, said.stderr) }
        guard let image = FileManager.default.contents(atPath: Self.object(in: folder)) else {
            throw ProgramsError("compile", source, "\(clang.path) wrote no object")
        }
        return CompiledSource(image: Array(image), warnings: said.stderr)
    }

    private static func object(in folder: TemporaryFolder) -> String { "\(folder.path)/object.o" }

    private static func require(readable source: String) throws(ProgramsError) {
        let reason: String
        do throws(Errno) {
            let kind = try FileState(path: source).kind
            if kind == .regular { return }
            reason = "it is \(kind.rawValue), not a C source"
        } catch {
            throw ProgramsError("compile", source, error.sentence, errno: error)
        }
        throw ProgramsError("compile", source, reason)
    }

    private func run(
        _ source: String, _ options: CompileOptions, in folder: TemporaryFolder
    ) throws(ProgramsError) -> Subprocess {
        let arguments = Self.arguments(
            source, options, object: Self.object(in: folder), generated: folder.path)
        do throws(Errno) {
            return try Subprocess.run(clang.path, arguments)
        } catch {
            throw ProgramsError(
                "run", clang.path, error.sentence, errno: error, code: .unsupported)
        }
    }

    /// The command line. What a user typed is always the value of an option or behind `./` or `/`.
    static func arguments(
        _ source: String, _ options: CompileOptions, object: String, generated: String
    ) -> [String] {
        var arguments = [
            "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall",
            // libbpf's declarations of helpers are static variables that most sources use few of.
            "-Wno-unused-variable", "-Wno-unknown-attributes",
            // PT_REGS_PARM1() and BPF_KPROBE() of bpf_tracing.h differ by processor.
            "-D__TARGET_ARCH_\(Processor.linuxName)",
            options.usesColor ? "-fcolor-diagnostics" : "-fno-color-diagnostics",
        ]
        for folder in options.includes { arguments += ["-I", folder] }
        for macro in options.defines { arguments += ["-D", macro] }
        // One source makes one object, wherever it is compiled: what is the same is not loaded anew.
        arguments += ["-fdebug-prefix-map=\(generated)=.", "-fdebug-compilation-dir=."]
        arguments += ["-I", generated]
        // The BPF target has no headers of its own; the machine's come behind all others.
        arguments += ["-idirafter", "/usr/include/\(Processor.gnuName)-linux-gnu"]
        arguments += ["-idirafter", "/usr/include"]
        let file = source.hasPrefix("-") ? "./\(source)" : source
        return arguments + ["-x", "c", "-c", file, "-o", object]
    }

    private func writeKernelTypes(
        _ types: CompileOptions.KernelTypes, in folder: TemporaryFolder
    ) throws {
        let header = FilePath("\(folder.path)/vmlinux.h")
        if case .file(let path) = types {
            try TypeHeader.write(typesOf: FilePath(path), to: header)
        } else {
            try TypeHeader.write(typesOf: nil, to: header)
        }
    }

    private func refusal(_ source: String, _ text: String) -> any Error {
        if text.contains("unable to create target") || text.contains("unknown target triple") {
            return ProgramsError(
                "compile", source, "\(clang.path) was built without the BPF target",
                hint: "install another clang and name it in \(Clang.variable)", code: .unsupported)
        }
        var sentence = "compile: \(source): clang refuses it"
        if let header = text.firstMatch(of: /'(bpf\/bpf_[a-z_]+\.h)' file not found/) {
            sentence += "; \(header.1) comes with libbpf (apt install libbpf-dev)"
        }
        return SourceErrors(diagnostics: text, description: sentence)
    }
}

/// What this processor's architecture is called.
enum Processor {
    #if arch(x86_64)
        static let linuxName = "x86"
        static let gnuName = "x86_64"
        static let objdumpName = "i386:x86-64"
    #elseif arch(arm64)
        static let linuxName = "arm64"
        static let gnuName = "aarch64"
        static let objdumpName = "aarch64"
    #elseif arch(riscv64)
        static let linuxName = "riscv"
        static let gnuName = "riscv64"
        static let objdumpName = "riscv:rv64"
    #endif
}
