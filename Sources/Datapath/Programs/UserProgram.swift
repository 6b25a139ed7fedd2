public import BPF
internal import LinuxSystem
public import Policy
internal import SystemPackage

/// A program that a user brings: one of an object, and how it is to be loaded.
public struct UserProgram: Sendable {
    /// What the object is called in messages: its file.
    public let file: String
    /// The program.
    public let program: ObjectProgram
    /// The bytes of the object.
    let image: [UInt8]
    /// How it is to be loaded.
    let options: Options
    /// The hook that it was chosen for; nil for the one of its section.
    let hook: Hook?
    /// Of the object and how it is to be loaded.
    let digest: String

    /// How a program is loaded.
    public struct Options: Sendable {
        /// The program's name; `nil` for the only one that fits.
        public var name: String?
        /// First values of global variables.
        public var globals: [(name: String, value: BTFLiteral)] = []
        /// Whether all maps get pins of their own, and live on when the program is replaced.
        public var pinsMaps = false
        /// Pinned maps that take the place of the object's own, by the object's name of them.
        public var reusedMaps: [(name: String, path: String)] = []

        /// The only program of an object, as it is.
        public init() {}
    }

    /// Chooses a program of an object.
    ///
    /// - Parameters:
    ///   - image: The bytes of the object file.
    ///   - file: What it is called.
    ///   - hook: The hook that it has to fit; `nil` for any.
    ///   - options: How it is to be loaded.
    /// - Throws: ``DatapathError`` when the object cannot be read, when no program fits, or several do.
    public init(
        image: [UInt8], file: String, hook: Hook?, _ options: Options
    ) throws(DatapathError) {
        let programs = try translating { try OpenObject.programs(of: image, file) }
            .map { $0.adopted(for: hook) }
        let attempt = "choose program"
        guard !programs.isEmpty else {
            throw DatapathError(
                attempt, file, "there is none in it", hint: "a program has a section: SEC(\"xdp\")")
        }
        let listed = programs.map { "\($0.name) (\($0.section))" }.joined(separator: ", ")
        var fitting = programs
        if let name = options.name {
            fitting = programs.filter { $0.name == name }
            guard !fitting.isEmpty else {
                throw DatapathError(
                    attempt, file, "there is no program '\(name)' in it", hint: "it has \(listed)")
            }
        }
        if let hook {
            let all = fitting
            fitting = fitting.filter { $0.fits(hook) }
            guard !fitting.isEmpty else {
                throw DatapathError(
                    attempt, file,
                    all.count == 1
                        ? "program '\(all[0].name)' of section \(all[0].section) does not fit \(hook)"
                        : "no program of it fits \(hook)",
                    hint: all.count == 1 ? all[0].placeHint : "it has \(listed)")
            }
        }
        guard fitting.count == 1, let program = fitting.first else {
            throw DatapathError(
                attempt, file, "there are \(fitting.count) programs in it: \(listed)",
                hint: "choose one by --name")
        }
        guard program.name.isPinnable else {
            throw DatapathError(attempt, file, "a program's name is no identifier of C")
        }
        self.file = file
        self.program = program
        self.image = image
        self.options = options
        self.hook = hook
        digest = options.digest(of: image, program.name)
    }
}

extension OpenObject {
    /// The programs of an object; errors name its file.
    static func programs(of image: [UInt8], _ file: String) throws(BPFError) -> [ObjectProgram] {
        do {
            return try OpenObject(image: image, name: FilePath(file).objectName).programs
        } catch {
            var named = error
            named.subject = file
            throw named
        }
    }
}

extension UserProgram.Options {
    /// What tells a program from what it would be after a change of its object or options.
    fileprivate func digest(of image: [UInt8], _ program: String) -> String {
        let digest = ContentDigest()
        image.withUnsafeBytes { digest.update($0) }
        let facts =
            [program, "\(pinsMaps)"] + globals.map { "\($0.name)=\($0.value.canonical)" }
            + reusedMaps.map { "\($0.name)<\($0.path)" }
        Array(facts.joined(separator: "\n").utf8).withUnsafeBytes { digest.update($0) }
        return digest.text
    }
}

extension BTFLiteral {
    /// The value in one way of several, members by name.
    fileprivate var canonical: String {
        switch self {
        case .word(let text): text.debugDescription
        case .list(let elements): "[\(elements.map(\.canonical).joined(separator: ","))]"
        case .fields(let members):
            "{\(members.map { "\($0.key):\($0.value.canonical)" }.sorted().joined(separator: ","))}"
        }
    }
}

extension FilePath {
    /// What libbpf calls an object: its file name up to the first dot, as data sections' maps show it.
    var objectName: String {
        let name = lastComponent?.string ?? string
        return String(name.prefix { $0 != "." })
    }
}

extension String {
    /// Whether it can be a part of a pin's name: an identifier of C, not too long.
    var isPinnable: Bool {
        !isEmpty && utf8.count <= 128
            && unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0))
            }
    }
}

extension ObjectProgram {
    /// Whether the program can run on a hook of netctl's own words.
    func fits(_ hook: Hook) -> Bool {
        switch (target, hook) {
        case (.xdp, .xdp): true
        case (.tc(nil), .tcIngress), (.tc(nil), .tcEgress): true
        case (.tc(.ingress), .tcIngress), (.tc(.egress), .tcEgress): true
        case (.cgroup(let type), _) where hook.place == .cgroup:
            // SEC("cgroup/skb") leaves the direction open.
            type == hook.attachType || section == "cgroup/skb" && hook != .cgroupDevice
        default: false
        }
    }

    /// Where the program belongs, as advice.
    var placeHint: String {
        switch target {
        case .xdp: "it is for the xdp hook of an interface"
        case .tc(nil): "it is for an interface: --hook tc-ingress or tc-egress"
        case .tc(let direction?): "it is for the hook tc-\(direction) of an interface"
        case .cgroup: "it is for a cgroup: name one by --cgroup; its section says the hook"
        case .socketFilter: "it is for a socket of a process: name it by --socket PID:FD"
        case .tracepoint, .rawTracepoint, .tracing, .kernelProbe, .userProbe, .perfEvent, .iterator:
            "it is attached to the kernel: name no interface, cgroup or hook"
        case .other(let section) where section.hasPrefix("freplace"):
            "it takes the place of a function of another program: only who loads both can say of which"
        case .other where isUnknown: "no hook is called so: name the one that is meant by --hook"
        case .other(let section):
            "netctl cannot attach programs of section \(section); 'netctl attach --help' names those that it can"
        }
    }
}
