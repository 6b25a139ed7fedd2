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
                    why.append(Self.firstLine("\(error)"))
                }
            }
            if let reason = why.last, let program = alternatives.first {
                refusals.append(
                    Refusal(program: program.name, purpose: program.purpose, reason: reason))
            }
        }
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
        var object = try OpenObject(image: program.object.image(), name: "context")
        try object.loadOnly(programs: [program.name])
        try maps.share(with: &object)
        let loaded = try object.load().program(program.name)
        switch program.hook {
        case .cgroup(let type):
            return try Link.attachCgroup(
                program: loaded, cgroup: root.get().handle.descriptor, type: type)
        case .tracing:
            return try Link.attachTracing(program: loaded)
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
