import ArgumentParser
import Datapath
import LinuxSystem
import Policy

/// Which attachments a command is about.
struct Selection: ParsableArguments {
    @Argument(help: "The interface.")
    var interface: String?

    @Option(help: "A network namespace under /run/netns; not given: the caller's.")
    var netns: String?

    @Option(help: "The hook: xdp.")
    var hook: [Hook] = []

    /// The attachments that are meant; without an interface and a namespace, all of them.
    func attachments(in observation: Observation) throws -> [Attachment] {
        var found = observation.attachments
        if interface != nil || netns != nil {
            let namespace = try netns.map(NetworkNamespace.init(named:)) ?? .current
            // What is gone is nowhere any more: its name is enough.
            found.removeAll { attachment in
                attachment.point.namespace != namespace.inode
                    && (attachment.state != .gone || netns != nil)
            }
        }
        if let interface { found.removeAll { $0.interface != interface } }
        if !hook.isEmpty { found.removeAll { !hook.contains($0.point.hook) } }
        return found
    }

    /// The same, where there has to be one.
    func existingAttachments(in observation: Observation) throws -> [Attachment] {
        let found = try attachments(in: observation)
        guard found.isEmpty else { return found }
        Terminal.error(nothing(in: observation))
        throw ExitStatus.failed
    }

    /// Says that nothing is there, and where it is if it is elsewhere.
    func nothing(in observation: Observation) -> String {
        guard let interface else { return "nothing is attached" }
        let elsewhere = observation.attachments.first { $0.interface == interface }
        let hint = elsewhere.map { found in
            found.namespace.map { "; it is attached in netns \($0): use --netns \($0)" }
                ?? "; it is attached in the namespace of process 1"
        }
        return "nothing is attached to \(interface)\(hint ?? "")"
    }
}
