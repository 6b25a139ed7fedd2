import ArgumentParser
import BPF
import Foundation
import LinuxSystem
import Programs
import SystemPackage

struct Compile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile a BPF program written in C.",
        discussion: """
            Runs clang with what BPF programs need: the bpf target, -mcpu=v3, -O2, -g (type \
            information), warnings, and the machine's headers. What clang says is passed on.

            A source that includes "vmlinux.h" and has none gets one made from the running kernel \
            (/sys/kernel/btf/vmlinux), or from the file named by --btf. It is removed afterwards.

            clang is what BPF_CLANG names, else what is in PATH; without one the exit code is 4.

            Examples:
              netctl compile count.bpf.c
              netctl compile count.bpf.c --to /tmp/count.bpf.o -I include -D LIMIT=10
              netctl compile trace.bpf.c --btf /boot/vmlinux-6.1.btf
            """)

    @Argument(help: "The C source, FILE.bpf.c.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "The object to write; not given: beside the source, with .o for .c.",
            valueName: "file"),
        completion: .file())
    var to: String?

    @OptionGroup var arguments: CompileArguments

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if to == nil && !file.hasSuffix(".c") {
            throw ValidationError("'\(file)' does not end in .c: name the object by --to.")
        }
        if to == file { throw ValidationError("--to names the source.") }
    }

    private struct Document: Encodable {
        struct Program: Encodable {
            let name: String
            let section: String
            let type: String
        }
        let version = 1
        let object: String
        let programs: [Program]
        let maps: [String]
    }

    func run() throws {
        try reporting {
            let image = try arguments.compile(file)
            let path = to ?? "\(file.dropLast(2)).o"
            // What libbpf cannot read is no use: say so now, not when it is to be loaded.
            let object = try OpenObject(image: image, name: file)
            try write(image, to: path)
            let document = Document(
                object: path,
                programs: object.programs.map {
                    .init(name: $0.name, section: $0.section, type: "\($0.type)")
                }, maps: object.mapNames)
            try global.write(
                document,
                text: ["compiled \(path)"]
                    + document.programs.map {
                        "program \($0.name) section \($0.section) type \($0.type)"
                    } + document.maps.map { "map \($0)" })
        }
    }

    private func write(_ image: [UInt8], to path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let refusal: String? =
            switch (try? FileState(path: path).kind, try? FileState(path: folder).kind) {
            case (.directory, _): "it is a folder"
            case (_, .directory): nil
            default: "there is no folder \(folder)"
            }
        if let refusal {
            throw ProgramsError("write object", path, refusal, hint: "name a file by --to")
        }
        do {
            try FileDescriptor.replaceFile(
                at: path, permissions: [.ownerReadWrite, .groupRead, .otherRead]
            ) { file in _ = try file.writeAll(image) }
        } catch let errno as Errno {
            throw ProgramsError("write object", path, errno.sentence, errno: errno)
        }
    }
}
