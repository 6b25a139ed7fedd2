public import BPF
internal import LinuxSystem
public import Policy
internal import SystemPackage

/// Programs of one object, attached as long as this lives: nothing is pinned, so they are gone with the
/// process, however it ends.
public final class RunningPrograms {
    /// What was attached, and where: `count_packets on eth1 xdp`.
    public private(set) var attached: [String] = []
    /// The object's maps, by their names in C.
    public private(set) var maps: [(name: String, id: UInt32, type: MapType)] = []
    private var links: [KernelAttacher.Held] = []
    /// The iterators, which run when they are read.
    private var iterators: [(name: String, held: KernelAttacher.Held)] = []
    private let object: Loaded

    private final class Loaded {
        let object: LoadedObject
        init(_ object: consuming LoadedObject) { self.object = object }
    }

    /// Where programs go that are not for the kernel's own hooks.
    public struct Places: Sendable {
        /// The interface for XDP and TC programs.
        public var interface: String?
        /// Its namespace under /run/netns.
        public var netns: String?
        /// The cgroup for programs of cgroups.
        public var cgroup: String?
        /// The hook, for programs whose section leaves it open.
        public var hook: Hook?
        /// The mode of XDP.
        public var mode: XDPModeRequest = .auto

        /// Nowhere.
        public init() {}
    }

    /// Loads an object and attaches its programs.
    ///
    /// - Parameters:
    ///   - image: The bytes of the object file.
    ///   - file: What it is called.
    ///   - options: Which program, if not all, and first values of variables.
    ///   - places: Where to attach.
    /// - Throws: ``DatapathError``; nothing stays.
    public init(
        image: [UInt8], file: String, _ options: UserProgram.Options, _ places: Places
    ) throws(DatapathError) {
        let all = try translating { try OpenObject.programs(of: image, file) }
        let chosen = all.filter { options.name == nil ? $0.isLoaded : $0.name == options.name }
        guard !chosen.isEmpty else {
            let name = options.name.map { "no program '\($0)'" } ?? "no program"
            throw DatapathError(
                "run", file, "there is \(name) in it",
                hint: all.isEmpty
                    ? "a program has a section: SEC(\"xdp\")"
                    : "it has \(all.map(\.name).joined(separator: ", "))")
        }
        // Wherever there is something to say no to, before anything is loaded.
        var targets: [(UserProgram, ProgramTarget)] = []
        for program in chosen {
            var each = options
            each.name = program.name
            let hook = program.isOfKernel ? nil : places.hook
            let user = try UserProgram(image: image, file: file, hook: hook, each)
            targets.append((user, try Self.target(user, places)))
        }
        try Self.requireRoom(targets, file)
        let programs = targets.map(\.0.program)
        object = try translating { Loaded(try Self.load(image, file, programs, options)) }
        try translating {
            for (user, target) in targets { try attach(user, target) }
            try readMaps(image, file)
        }
    }

    /// On XDP there is room for one.
    private static func requireRoom(
        _ targets: [(UserProgram, ProgramTarget)], _ file: String
    ) throws(DatapathError) {
        let names = targets.filter { $0.1.interface?.point.hook == .xdp }.map(\.0.program.name)
        guard names.count > 1 else { return }
        throw DatapathError(
            "run", file,
            "it has \(names.count) programs for xdp, where there is room for one: "
                + names.joined(separator: ", "), hint: "choose one by --name")
    }

    private static func target(
        _ user: UserProgram, _ places: Places
    ) throws(DatapathError) -> ProgramTarget {
        var hint = user.program.placeHint
        switch user.program.target {
        case .xdp, .tc:
            guard let interface = places.interface else {
                hint =
                    "it is for the \(user.program.hookWord) of an interface: name one behind the file"
                break
            }
            let hook = places.hook ?? (user.program.target == .tc(nil) ? .tcIngress : nil)
            return try ProgramTarget(
                user, interface: interface, netns: places.netns, hook: hook,
                mode: { $0 == .xdp ? places.mode.required.map(AttachMode.xdp) : .tc(.tcx) })
        case .cgroup:
            guard let cgroup = places.cgroup else { break }
            return try ProgramTarget(user, cgroup: cgroup, hook: places.hook)
        case .socketFilter:
            hint =
                "a socket keeps its program when netctl ends: use attach --program … --socket PID"
        default:
            return try ProgramTarget(user)
        }
        throw DatapathError(
            "run", user.file,
            "program '\(user.program.name)' has the section \(user.program.section)",
            hint: hint)
    }

    private static func load(
        _ image: [UInt8], _ file: String, _ chosen: [ObjectProgram], _ options: UserProgram.Options
    ) throws -> LoadedObject {
        var object = try OpenObject(image: image, name: FilePath(file).objectName)
        var names = chosen.map(\.name)
        if !object.programArrays.isEmpty {
            let types = Set(chosen.map(\.type))
            names = object.programs.filter { types.contains($0.type) }.map(\.name)
        }
        try object.loadOnly(programs: names)
        for program in chosen { try object.adopt(program) }
        for (name, value) in options.globals { try object.setGlobal(name, toLiteral: value) }
        _ = object.takePinnedMaps()
        return try object.loadAdvising()
    }

    private func attach(_ user: UserProgram, _ target: ProgramTarget) throws {
        let program = try object.object.program(user.program.name)
        if let interface = target.interface, case .interface(_, let index) = interface.point.place {
            let link = try AttachTarget.open(interface.netns).perform {
                if interface.point.hook == .xdp {
                    return KernelAttacher.Held(
                        attached: try XDPAttacher(interface, index: index, explains: false)
                            .attach(program))
                }
                guard try FeatureProbe.supportsTCX() else {
                    throw DatapathError(
                        "run program '\(user.program.name)' on \(interface.point.hook)",
                        interface.name, "this kernel has no TCX, which came with Linux 6.6",
                        errno: .invalidArgument,
                        hint: "use attach --program, which puts it there as a clsact filter",
                        code: .unsupported)
                }
                return KernelAttacher.Held(
                    try Link.attachTCX(
                        program: program, interfaceIndex: index,
                        direction: interface.point.hook.tcxDirection))
            }
            links.append(link)
        } else if let (path, type) = target.cgroup {
            let cgroup = try CgroupMount.current().open(path)
            links.append(
                KernelAttacher.Held(
                    try Link.attachCgroup(
                        program: program, cgroup: cgroup.descriptor, type: type)))
        } else {
            let held = try KernelAttacher(described: user.program, file: user.file).attach(program)
            if case .iterator = user.program.target {
                iterators += held.map { (user.program.name, $0) }
            }
            links += held
        }
        attached.append("\(user.program.name) on \(target.name) \(target.hook)")
    }

    /// Whether nothing happens unless it is read.
    public var areIterators: Bool { links.count == iterators.count }

    /// Reads the iterators to their end.
    ///
    /// - Parameter body: Takes a program's name and a line that it wrote.
    /// - Throws: `BPFError`, and what `body` throws.
    public func readIterators(_ body: (_ program: String, _ line: String) throws -> Void) throws {
        for (name, held) in iterators {
            for line in try held.link.iterate(as: UInt8.self).split(separator: UInt8(ascii: "\n")) {
                try body(name, String(decoding: line, as: UTF8.self))
            }
        }
    }

    private func readMaps(_ image: [UInt8], _ file: String) throws {
        let names = try OpenObject(image: image, name: FilePath(file).objectName).mapNames
        for name in names {
            let info = try object.object.map(name, as: Map.self).info
            maps.append((name, info.id, info.type))
        }
    }
}

extension ObjectProgram {
    /// Whether no hook can be named for it.
    fileprivate var isOfKernel: Bool {
        switch target {
        case .xdp, .tc, .cgroup: false
        default: !isUnknown
        }
    }

    /// `xdp hook`, `TC hooks`
    fileprivate var hookWord: String { target == .xdp ? "xdp hook" : "TC hooks" }
}
