internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import SystemPackage

/// Loads and attaches the programs of a socket context, each on its own: one that this kernel refuses
/// is no reason not to have the rest.
struct ContextLoader: ~Copyable {
    /// A program that could not be had, and why.
    struct Refusal: Codable, Hashable, Sendable {
        let program: String
        let purpose: String
        let reason: String
    }

    /// What is attached.
    private(set) var links: [NamedLink] = []
    private(set) var refusals: [Refusal] = []
    /// What was loaded together, by name.
    private var loaded: [String: LoadedProgram] = [:]
    /// The first failure.
    private var failure: (any Error)?
    private let root: Result<OpenCgroup, any Error>

    /// Finds the root of all cgroups.
    init() {
        root = Result { OpenCgroup(try CgroupMount.current().open("/")) }
    }

    /// Has each of some things seen.
    mutating func attach(
        _ wanted: [[ContextProgram]], sharing maps: borrowing ContextMaps
    ) {
        load(wanted.filter { $0.count == 1 }.flatMap { $0 }, sharing: maps)
        for alternatives in wanted {
            var why: [String] = []
            for program in alternatives {
                do {
                    links.append(
                        NamedLink(name: program.name, link: try attach(program, sharing: maps)))
                    why = []
                    break
                } catch {
                    if failure == nil { failure = error }
                    why.append(reason(error))
                }
            }
            if let reason = why.last, let program = alternatives.first {
                refusals.append(
                    Refusal(program: program.name, purpose: program.purpose, reason: reason))
            }
        }
    }

    /// Why a program could not be had. Where others could, it is not for want of privileges.
    private borrowing func reason(_ error: any Error) -> String {
        guard !links.isEmpty, let error = error as? BPFError, error.errno == .notPermitted else {
            return Self.firstLine("\(error)")
        }
        return "\(error.attempt) \(error.subject): this kernel does not let it (EPERM)"
    }

    /// Loads programs of one object together, which takes a fraction of the time. Where the kernel
    /// refuses one of them none is loaded, and each is tried by itself.
    private mutating func load(
        _ programs: [ContextProgram], sharing maps: borrowing ContextMaps
    ) {
        let objects = Dictionary(grouping: programs) { "\($0.object.name)" }
        for (_, programs) in objects.sorted(by: { $0.key < $1.key }) where programs.count > 1 {
            do {
                let object = try Self.open(programs, sharing: maps)
                let loaded = try object.load()
                for program in programs {
                    self.loaded[program.name] = LoadedProgram(try loaded.program(program.name))
                }
            } catch {
                continue
            }
        }
    }

    /// An object with some of its programs and the context's maps.
    private static func open(
        _ programs: [ContextProgram], sharing maps: borrowing ContextMaps
    ) throws -> OpenObject {
        var object = try OpenObject(image: programs[0].object.image(), name: "context")
        try object.loadOnly(programs: programs.map(\.name))
        try maps.share(with: &object)
        if programs.contains(where: \.tellsReasons) {
            try DropReasons().complete(in: &object)
        }
        return object
    }

    /// Throws the reason if nothing at all could be attached.
    borrowing func requireSome() throws {
        guard links.isEmpty, let first = refusals.first else { return }
        if let failure { throw failure }
        throw TracingError("watch sockets", first.program, first.reason, code: .unsupported)
    }

    private borrowing func attach(
        _ program: ContextProgram, sharing maps: borrowing ContextMaps
    ) throws -> Link {
        if let loaded = loaded[program.name] {
            return try link(loaded.program, on: program.hook)
        }
        let object = try Self.open([program], sharing: maps)
        return try link(object.load().program(program.name), on: program.hook)
    }

    private borrowing func link(
        _ program: borrowing Program, on hook: ContextProgram.Hook
    ) throws -> Link {
        switch hook {
        case .cgroup(let type):
            return try Link.attachCgroup(
                program: program, cgroup: root.get().handle.descriptor, type: type)
        case .tracing:
            return try Link.attachTracing(program: program)
        }
    }

    private static func firstLine(_ text: String) -> String {
        String(text.prefix { $0 != "\n" })
    }
}

/// A link with the name of its program.
final class NamedLink: Sendable {
    let name: String
    let link: Link

    init(name: String, link: consuming Link) {
        self.name = name
        self.link = link
    }
}

/// An open cgroup that can be kept in a `Result`.
final class OpenCgroup: Sendable {
    let handle: Cgroup.Handle

    init(_ handle: consuming Cgroup.Handle) { self.handle = handle }
}

/// A program that can be kept in a dictionary.
private final class LoadedProgram: Sendable {
    let program: Program

    init(_ program: consuming Program) { self.program = program }
}
