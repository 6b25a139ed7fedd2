internal import BPF
internal import Foundation
internal import LinuxSystem

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
        let said = try Subprocess.run(bpftool, ["prog", "dump", kind, "id", "\(id)", last])
        withExtendedLifetime(program) {}
        guard said.status == 0 else {
            let text = said.stderr.isEmpty ? said.stdout : said.stderr
            let line = text.split(separator: "\n").first.map(String.init) ?? "it failed"
            throw ProgramsError("disassemble program", "\(id)", "bpftool: \(line)")
        }
        return said.stdout
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
            what, name, "it is not installed", hint: "apt install \(name)", code: .unsupported)
    }
}
