import ArgumentParser
import Datapath
import LinuxSystem
import Policy

/// Which attachments a command is about.
struct Selection: ParsableArguments {
    @Argument(help: "The interface.", completion: .interfaces)
    var interface: String?

    @Option(help: "The cgroup, a path below the mount of cgroup v2.")
    var cgroup: String?

    @Option(
        help: "A network namespace under /run/netns; not given: the caller's.",
        completion: .namespaces)
    var netns: String?

    @Option(
        help: ArgumentHelp(
            "The hook: \(Hook.words); with --cgroup the prefix may be left out.",
            valueName: "hook"))
    var hook: [HookWord] = []

    mutating func validate() throws {
        if cgroup != nil, interface != nil || netns != nil {
            throw ValidationError("--cgroup excludes an interface and --netns.")
        }
        _ = try hooks
    }

    private var hooks: [Hook] {
        get throws { try hook.map { try $0.hook(onCgroup: cgroup != nil) } }
    }

    /// Whether an interface or a cgroup is named.
    var isNamed: Bool { interface != nil || cgroup != nil }

    /// The attachments that are meant; without anything named, all of them.
    func attachments(in observation: Observation) throws -> [Attachment] {
        try chosen(observation.attachments) { found in
            Place(
                location: found.location, namespace: found.point.namespace, hook: found.point.hook,
                isGone: found.state == .gone)
        }
    }

    /// The users' programs that are meant; without anything named, all of them.
    func programs(in observation: Observation) throws -> [ProgramAttachment] {
        try chosen(observation.programs) { found in
            Place(
                location: found.location, namespace: found.record.namespace, hook: found.hook,
                isGone: found.state == .gone)
        }
    }

    /// The programs of others that are meant; without anything named, all of them.
    func foreign(in observation: Observation) throws -> [ForeignProgram] {
        try chosen(observation.foreign) { found in
            Place(location: found.location, namespace: found.namespace, hook: found.hook)
        }
    }

    /// Where something is that may be meant.
    private struct Place {
        let location: Location?
        let namespace: UInt64?
        let hook: Hook?
        var isGone = false
    }

    private func chosen<Found>(_ found: [Found], at place: (Found) -> Place) throws -> [Found] {
        let path = try cgroup.map { try Location.cgroupPath($0) }
        let namespace =
            interface == nil && netns == nil
            ? nil : try netns.map(NetworkNamespace.init(named:)) ?? .current
        let hooks = try hooks
        return found.filter { found in
            let place = place(found)
            if let path, place.location?.cgroup != path { return false }
            // What is gone is nowhere any more: its name is enough.
            let isNowhere = place.isGone && netns == nil && place.location?.interface != nil
            if let namespace, place.namespace != namespace.inode, !isNowhere { return false }
            if let interface, place.location?.interface != interface { return false }
            return hooks.isEmpty || place.hook.map(hooks.contains) == true
        }
    }

    /// The same, where there has to be one.
    func existingAttachments(in observation: Observation) throws -> [Attachment] {
        let found = try attachments(in: observation)
        guard found.isEmpty else { return found }
        try observation.requireReadable()
        Terminal.error(try nothing(in: observation))
        throw ExitStatus.failed
    }

    /// Says that nothing is there, and where it is if it is elsewhere.
    func nothing(in observation: Observation) throws -> String {
        let place = (cgroup.map { "cgroup \($0)" } ?? interface).map { " to \($0)" } ?? ""
        let hooks = try hooks.map(\.rawValue)
        let on = hooks.isEmpty ? "" : " on \(hooks.joined(separator: ", "))"
        return try "nothing is attached\(place)\(on)\(elsewhere(in: observation) ?? "")"
    }

    private func elsewhere(in observation: Observation) throws -> String? {
        var onAnyHook = self
        onAnyHook.hook = []
        let others = try onAnyHook.attachments(in: observation).map(\.point.hook.rawValue)
        if isNamed, !others.isEmpty {
            return "; it is attached on \(others.joined(separator: ", "))"
        }
        guard let interface else { return nil }
        return observation.attachments.first { $0.location.interface == interface }.map { found in
            found.location.netns.map { "; it is attached in netns \($0): use --netns \($0)" }
                ?? "; it is attached in the namespace of process 1"
        }
    }
}
