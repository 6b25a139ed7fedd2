internal import BPF
public import LinuxSystem
public import Policy
internal import SystemPackage

/// A place on which a user's program is wanted.
public struct ProgramTarget: Sendable {
    let point: ProgramPoint
    /// The hook of an interface.
    let interface: AttachTarget?
    /// A cgroup and the kernel's number of its hook.
    let cgroup: (path: String, type: AttachType)?
    /// A socket of a process.
    public let socket: ProcessSocket?
    /// The hook: netctl's word where there is one, else the program's section.
    public let hook: String

    /// What people call the interface or cgroup; nil for the kernel's own hooks.
    public var location: Location? {
        interface?.location ?? cgroup.map { Location.cgroup($0.path) }
    }

    /// `eth1`, `cgroup /system.slice`, `the kernel`.
    public var name: String {
        interface?.name ?? cgroup.map { "cgroup \($0.path)" } ?? socket.map(\.name) ?? "the kernel"
    }

    /// A hook of an interface.
    ///
    /// - Parameters:
    ///   - user: The program.
    ///   - interface: The interface's name.
    ///   - netns: A namespace under /run/netns; nil for the caller's.
    ///   - hook: The hook; nil for the one of the program's section.
    ///   - mode: The mode that is insisted on, on a hook.
    /// - Throws: ``DatapathError`` when the program is for something else, or nothing is there.
    public init(
        _ user: UserProgram, interface: String, netns: String?, hook: Hook?,
        mode: (Hook) -> AttachMode?
    ) throws(DatapathError) {
        let hook: Hook =
            if let hook { hook } else { try user.interfaceHook(on: interface) }
        let target = try AttachTarget(
            interface: interface, netns: netns, hook: hook, mode: mode(hook))
        self.init(user, target)
    }

    /// A hook of an interface that was found.
    init(_ user: UserProgram, _ target: AttachTarget) {
        point = ProgramPoint(place: .interface(target.point), program: user.program.name)
        interface = target
        cgroup = nil
        socket = nil
        hook = target.point.hook.rawValue
    }

    /// A hook of a cgroup.
    ///
    /// - Parameters:
    ///   - user: The program.
    ///   - cgroup: A path below the mount of cgroup v2, or a full one.
    ///   - hook: The hook; nil for the one of the program's section.
    /// - Throws: ``DatapathError`` when the program is for something else, or nothing is there.
    public init(_ user: UserProgram, cgroup: String, hook: Hook?) throws(DatapathError) {
        let type: AttachType =
            if let hook { hook.attachType } else { try user.cgroupType(on: cgroup) }
        let found = try translating { try CgroupMount.current().open(cgroup).cgroup }
        point = ProgramPoint(
            place: .cgroup(id: found.id, type: type.rawValue), program: user.program.name)
        interface = nil
        socket = nil
        self.cgroup = (found.path, type)
        self.hook =
            Hook.allCases.first { $0.place == .cgroup && $0.attachType == type }?.rawValue
            ?? user.program.section
    }

    /// What the program's section names in the kernel.
    ///
    /// - Parameter user: The program.
    /// - Throws: ``DatapathError`` when the program is for an interface or cgroup.
    public init(_ user: UserProgram) throws(DatapathError) {
        switch user.program.target {
        case .tracepoint, .rawTracepoint, .tracing, .kernelProbe, .userProbe, .perfEvent, .iterator:
            break
        case .xdp, .tc, .cgroup, .socketFilter, .other:
            throw user.misplaced(on: nil)
        }
        point = ProgramPoint(place: .kernel, program: user.program.name)
        interface = nil
        cgroup = nil
        socket = nil
        hook = user.program.section
    }

    /// A socket of a process.
    ///
    /// - Parameters:
    ///   - user: The program.
    ///   - pid: The process.
    ///   - descriptor: The socket's number there; nil for the only one.
    /// - Throws: ``DatapathError`` when the program is for something else, when the process is not there,
    ///   or when it is not clear which socket is meant.
    public init(
        _ user: UserProgram, socketOf pid: Int32, descriptor: Int32?
    ) throws(DatapathError) {
        guard user.program.target == .socketFilter else {
            throw user.misplaced(on: "process \(pid)")
        }
        let socket = try ProcessSocket.find(of: pid, descriptor)
        point = ProgramPoint(place: .socket(socket), program: user.program.name)
        interface = nil
        cgroup = nil
        self.socket = socket
        hook = user.program.section
    }
}

extension ProcessSocket {
    /// What people call it.
    var name: String { "process \(pid) fd \(descriptor)" }

    fileprivate static func find(
        of pid: Int32, _ descriptor: Int32?
    ) throws(DatapathError) -> ProcessSocket {
        let all: [ProcessSocket]
        do throws(Errno) {
            all = try ProcessSocket.all(of: pid)
        } catch {
            throw DatapathError(
                "find socket", "process \(pid)",
                error == .noSuchFileOrDirectory ? "there is no such process" : error.sentence,
                errno: error)
        }
        let meant = descriptor.map { number in all.filter { $0.descriptor == number } } ?? all
        if meant.count == 1 { return meant[0] }
        let numbers = all.map { "\($0.descriptor)" }.joined(separator: ", ")
        throw DatapathError(
            "find socket", "process \(pid)",
            all.isEmpty
                ? "it has no sockets"
                : meant.isEmpty
                    ? "descriptor \(descriptor ?? -1) is no socket" : "it has \(all.count) sockets",
            hint: all.isEmpty ? nil : "name one: --socket \(pid):FD, FD being one of \(numbers)")
    }
}

extension UserProgram {
    /// The hook of an interface that the section names.
    func interfaceHook(on interface: String) throws(DatapathError) -> Hook {
        switch program.target {
        case .xdp: return .xdp
        case .tc(.ingress): return .tcIngress
        case .tc(.egress): return .tcEgress
        default: throw misplaced(on: interface)
        }
    }

    /// The hook of a cgroup that the section names.
    func cgroupType(on cgroup: String) throws(DatapathError) -> AttachType {
        guard case .cgroup(let type) = program.target else {
            throw misplaced(on: "cgroup \(cgroup)")
        }
        guard program.section != "cgroup/skb" else {
            throw DatapathError(
                "attach program \(program.name)", "cgroup \(cgroup)",
                "its section 'cgroup/skb' says no direction",
                hint: "name one: --hook ingress|egress")
        }
        return type
    }

    fileprivate func misplaced(on place: String?) -> DatapathError {
        DatapathError(
            "attach program \(program.name)", place ?? file,
            "its section is '\(program.section)'", hint: program.placeHint)
    }
}
