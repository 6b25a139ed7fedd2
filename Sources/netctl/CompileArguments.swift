import ArgumentParser
import Programs

/// How a user's source is compiled.
struct CompileArguments: ParsableArguments {
    @Flag(help: "Make vmlinux.h from the running kernel's BTF; done by itself if it is missing.")
    var vmlinux = false

    @Option(
        help: ArgumentHelp("Make vmlinux.h from a file of BTF instead.", valueName: "file"),
        completion: .file())
    var btf: String?

    @Option(
        name: .customShort("I", allowingJoined: true),
        help: ArgumentHelp("A folder with headers; may be repeated.", valueName: "dir"),
        completion: .directory)
    var includes: [String] = []

    @Option(
        name: .customShort("D", allowingJoined: true),
        help: ArgumentHelp("A macro; may be repeated.", valueName: "name[=value]"))
    var defines: [String] = []

    mutating func validate() throws {
        if vmlinux && btf != nil {
            throw ValidationError("--vmlinux and --btf exclude each other.")
        }
        for macro in defines where macro.prefixMatch(of: /[A-Za-z_][A-Za-z0-9_]*(=|$|\()/) == nil {
            throw ValidationError("-D takes NAME or NAME=VALUE, not '\(macro)'.")
        }
    }

    /// The arguments of a command line, with `-DNAME=VALUE` in two: the parser would look for an
    /// option `-DNAME`.
    static func separated(_ commandLine: [String]) -> [String] {
        let arguments = commandLine.dropFirst()
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { argument in
            argument.hasPrefix("-D") && argument.contains("=")
                ? ["-D", String(argument.dropFirst(2))] : [argument]
        } + arguments[end...]
    }

    /// What the compiler is told.
    var options: CompileOptions {
        var options = CompileOptions()
        options.includes = includes
        options.defines = defines
        options.kernelTypes = btf.map { .file($0) } ?? (vmlinux ? .running : .onDemand)
        options.usesColor = Terminal.colorsMessages
        return options
    }

    /// Compiles a source, with what clang warns of passed on.
    func compile(_ source: String) throws -> [UInt8] {
        try Self.compile(source, options)
    }

    /// Compiles a source as told, with what clang warns of passed on.
    static func compile(_ source: String, _ options: CompileOptions) throws -> [UInt8] {
        do {
            let compiled = try SourceCompiler().compile(source, options)
            Terminal.passOn(compiled.warnings)
            return compiled.image
        } catch let errors as SourceErrors {
            Terminal.passOn(errors.diagnostics)
            throw errors
        }
    }
}
