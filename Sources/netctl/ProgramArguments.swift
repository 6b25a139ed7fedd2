import ArgumentParser
import BPF
import Datapath
import LinuxSystem
import Policy
import Programs
import SystemPackage

/// A program that a user brings, and how it is loaded.
struct ProgramArguments: ParsableArguments {
    @Option(
        name: .customLong("program"),
        help: ArgumentHelp(
            "Attach this program instead: FILE.bpf.o, or FILE.bpf.c, which is compiled first.",
            valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var loading: LoadingArguments

    @Flag(
        help: "Pin the program's maps: they outlive a replacement; 'status --verbose' tells where.")
    var pinMaps = false

    @Option(
        help: ArgumentHelp(
            "A pinned map in place of the program's own; may be repeated.", valueName: "name=path"))
    var reuseMap: [String] = []

    /// Whether the whole log of the verifier is printed.
    var verifierLog: Bool { loading.verifierLog }

    /// Checks what goes together.
    func validate(interface: String?, cgroup: String?, hooks: Int) throws {
        guard file != nil else {
            let isUsed =
                loading.name != nil || !loading.set.isEmpty || pinMaps || !reuseMap.isEmpty
            if isUsed {
                throw ValidationError("--name, --set, --pin-maps and --reuse-map need --program.")
            }
            return
        }
        if interface != nil && cgroup != nil {
            throw ValidationError("Name an interface or a cgroup, not both.")
        }
        if hooks > 1 { throw ValidationError("A program is attached to one --hook at a time.") }
        if interface == nil && cgroup == nil && hooks > 0 {
            throw ValidationError("--hook needs an interface, or a cgroup by --cgroup.")
        }
        _ = try reusedMaps
        _ = try loading.globals
    }

    private var reusedMaps: [(name: String, path: String)] {
        get throws {
            try reuseMap.map { text in
                let (name, path) = try LoadingArguments.split(text, "--reuse-map", "NAME=PATH")
                return (name, path)
            }
        }
    }

    /// How the program is loaded.
    var options: UserProgram.Options {
        get throws {
            var options = UserProgram.Options()
            options.name = loading.name
            options.globals = try loading.globals
            options.pinsMaps = pinMaps
            options.reusedMaps = try reusedMaps
            return options
        }
    }

    /// The bytes of the object, compiled now from a source.
    func image(_ compile: CompileArguments) throws -> [UInt8] {
        try ObjectFile.read(file ?? "", compile.options)
    }
}

/// What commands that load a program have in common.
struct LoadingArguments: ParsableArguments {
    @Option(help: "The program's name, where the file has several.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "First value of a global variable; may be repeated.", valueName: "variable=value"))
    var set: [String] = []

    @Flag(help: "Print all that the verifier wrote about a program that it refused.")
    var verifierLog = false

    /// First values of global variables.
    var globals: [(name: String, value: BTFLiteral)] {
        get throws {
            try set.map { text in
                let (name, value) = try Self.split(text, "--set", "VARIABLE=VALUE")
                do {
                    return (name, try BTFLiteral(typed: value))
                } catch {
                    throw ValidationError("--set \(name): \(error)")
                }
            }
        }
    }

    static func split(_ text: String, _ option: String, _ form: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ValidationError("\(option) takes \(form), not '\(text)'.")
        }
        return (String(parts[0]), String(parts[1]))
    }
}

/// Files with programs.
enum ObjectFile {
    /// No object of a program is larger.
    private static let limit = 64 << 20

    /// The bytes of an object, compiled now from a source.
    static func read(_ path: String, _ options: CompileOptions) throws -> [UInt8] {
        if path.hasSuffix(".c") { return try CompileArguments.compile(path, options) }
        let state: FileState
        do throws(Errno) {
            state = try FileState(path: path)
        } catch {
            throw ProgramsError("read program", path, error.sentence, errno: error)
        }
        guard state.kind == .regular, state.size <= limit else {
            throw ProgramsError(
                "read program", path,
                state.kind == .regular ? "it is over 64 MB" : "it is \(state.kind.rawValue)")
        }
        do throws(Errno) {
            return try OwnedDescriptor.open(path).readAll()
        } catch {
            throw ProgramsError("read program", path, error.sentence, errno: error)
        }
    }

    /// The objects of the programs that a policy attaches, by their files, each compiled once.
    static func all(of policy: Policy) throws -> [String: [UInt8]] {
        var options = CompileOptions()
        options.usesColor = Terminal.colorsMessages
        var objects: [String: [UInt8]] = [:]
        for program in policy.attach?.compactMap(\.program) ?? []
        where objects[program.file] == nil {
            objects[program.file] = try read(program.file, options)
        }
        return objects
    }
}
