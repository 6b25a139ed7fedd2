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
        _ = try hook.map { try $0.hook(onCgroup: cgroup != nil) }
    }

    /// Whether an interface or a cgroup is named.
    var isNamed: Bool { interface != nil || cgroup != nil }

    /// The attachments that are meant; without anything named, all of them.
    func attachments(in observation: Observation) throws -> [Attachment] {
        var found = observation.attachments
        if let cgroup {
            let path = try Location.cgroupPath(cgroup)
            found.removeAll { $0.location.cgroup != path }
        }
        if interface != nil || netns != nil {
            let namespace = try netns.map(NetworkNamespace.init(named:)) ?? .current
            // What is gone is nowhere any more: its name is enough.
            found.removeAll { attachment in
                attachment.point.namespace != namespace.inode
                    && (attachment.state != .gone || netns != nil
                        || attachment.location.interface == nil)
            }
        }
        if let interface { found.removeAll { $0.location.interface != interface } }
        let hooks = try hook.map { try $0.hook(onCgroup: cgroup != nil) }
        if !hooks.isEmpty { found.removeAll { !hooks.contains($0.point.hook) } }
        return found
    }

    /// The users' programs that are meant; without anything named, all of them.
    func programs(in observation: Observation) throws -> [ProgramAttachment] {
        var found = observation.programs
        if let cgroup {
            let path = try Location.cgroupPath(cgroup)
            found.removeAll { $0.location?.cgroup != path }
        }
        if interface != nil || netns != nil {
            let namespace = try netns.map(NetworkNamespace.init(named:)) ?? .current
            found.removeAll { program in
                program.record.namespace != namespace.inode
                    && (program.state != .gone || netns != nil)
            }
        }
        if let interface { found.removeAll { $0.location?.interface != interface } }
        let hooks = try hook.map { try $0.hook(onCgroup: cgroup != nil) }
        if !hooks.isEmpty { found.removeAll { $0.hook.map(hooks.contains) != true } }
        return found
    }

    /// The same, where there has to be one.
    func existingAttachments(in observation: Observation) throws -> [Attachment] {
        let found = try attachments(in: observation)
        guard found.isEmpty else { return found }
        try observation.requireReadable()
        Terminal.error(nothing(in: observation))
        throw ExitStatus.failed
    }

    /// Says that nothing is there, and where it is if it is elsewhere.
    func nothing(in observation: Observation) -> String {
        if let cgroup { return "nothing is attached to cgroup \(cgroup)" }
        guard let interface else { return "nothing is attached" }
        let elsewhere = observation.attachments.first { $0.location.interface == interface }
        let hint = elsewhere.map { found in
            found.location.netns.map { "; it is attached in netns \($0): use --netns \($0)" }
                ?? "; it is attached in the namespace of process 1"
        }
        return "nothing is attached to \(interface)\(hint ?? "")"
    }
}
