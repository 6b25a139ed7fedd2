internal import BPF
internal import Foundation
internal import LinuxSystem
internal import SystemPackage

/// The instructions of a program, by bpftool: a disassembler of BPF and of machine code, with source
/// lines, that libbpf does not have (decision: see docs/decisions).
public enum Disassembly {
    /// What is shown.
    public enum Form: String, Sendable {
        /// The instructions as the verifier left them.
        case translated = "xlated"
        /// The machine code.
        case machine = "jited"
        /// The basic blocks and the ways between them, in the language of Graphviz.
        case graph = "cfg"
    }

    /// Disassembles a program.
    ///
    /// - Parameters:
    ///   - reference: The program.
    ///   - form: What to show.
    /// - Returns: The text, source lines where the program carries them.
    /// - Throws: `BPFError`, ``ProgramsError``, with `.unsupported` without bpftool.
    public static func text(_ reference: Reference, _ form: Form) throws -> String {
        let program = try reference.program()
        let id = try program.info.id
        let bpftool = try Executable.find("bpftool", toDo: "disassemble program \(id)")
        let last = form == .graph ? "visual" : "linum"
        let kind = form == .graph ? "xlated" : form.rawValue
        let said = try run(bpftool, ["prog", "dump", kind, "id", "\(id)", last])
        withExtendedLifetime(program) {}
        if form == .machine && said.stderr.contains("libbfd") { return try machineCode(reference) }
        guard said.status == 0 else {
            let text = said.stderr.isEmpty ? said.stdout : said.stderr
            let line = text.split(separator: "\n").first.map(String.init) ?? "it failed"
            throw ProgramsError("disassemble program", "\(id)", "bpftool: \(line)")
        }
        return said.stdout
    }

    private static func run(
        _ path: String, _ arguments: [String]
    ) throws(ProgramsError) -> Subprocess {
        do throws(Errno) {
            return try Subprocess.run(path, arguments)
        } catch {
            throw ProgramsError("run", path, error.sentence, errno: error, code: .unsupported)
        }
    }

    /// Some builds of bpftool cannot disassemble machine code; objdump of binutils can, without source
    /// lines.
    private static func machineCode(_ reference: Reference) throws -> String {
        let program = try reference.program()
        let code = try program.machineCode()
        let objdump = try Executable.find("objdump", toDo: "disassemble machine code")
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/code"
        try Data(code).write(to: URL(filePath: file))
        let said = try run(
            objdump,
            ["-D", "-b", "binary", "-m", Processor.objdumpName, "--no-show-raw-insn", file])
        let lines = said.stdout.split(separator: "\n").filter { $0.contains(":\t") }
        guard said.status == 0, !lines.isEmpty else {
            throw ProgramsError(
                "disassemble machine code", reference.text, "objdump: \(said.stderr)")
        }
        return lines.joined(separator: "\n")
    }
}

/// A program of the machine.
enum Executable {
    /// Finds one in PATH, or where administrators' programs are.
    static func find(_ name: String, toDo what: String) throws(ProgramsError) -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        for folder in folders {
            let file = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: file) { return file }
        }
        throw ProgramsError(
            what, name, "it is not installed",
            hint: "apt install \(name == "objdump" ? "binutils" : name)", code: .unsupported)
    }
}
