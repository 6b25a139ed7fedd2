internal import Datapath
internal import LinuxSystem
internal import NetctlABI

/// What numbers in events mean: bodies, interfaces, namespaces, functions of the kernel, sockets. Looked
/// up when an event needs it, and remembered.
final class EventNames {
    private var bodies: [UInt64: BodyDescription] = [:]
    private var bodiesRead = ContinuousClock.now - .seconds(60)
    private var interfaces = InterfaceNames()
    private let reasons: DropReasons
    private lazy var symbols = KernelSymbols()
    private let owners: any EventOwners

    init(reasons: DropReasons, owners: any EventOwners) {
        self.reasons = reasons
        self.owners = owners
    }

    /// What decided. A body that was replaced before its events were read may be gone: then its rules
    /// have no names any more, rather than those of another.
    func body(_ number: UInt64) -> BodyDescription? {
        if let known = bodies[number] { return known }
        guard ContinuousClock.now - bodiesRead > .milliseconds(100) else { return nil }
        bodiesRead = .now
        for description in (try? BodyDescription.pinned()) ?? [] {
            bodies[description.number] = description
        }
        return bodies[number]
    }

    /// An interface's name, as far as the namespace is known.
    func interface(_ index: UInt32, in netns: UInt32) -> String? {
        index == 0 || netns == 0 ? nil : interfaces.name(of: index, in: UInt64(netns))
    }

    func netns(_ inode: UInt64) -> Event.Netns {
        Event.Netns(inode: inode, name: interfaces.name(ofNamespace: inode))
    }

    func reason(_ number: UInt32) -> String { reasons.name(of: number) }

    func symbol(_ address: UInt64) -> String? { symbols.name(at: address) }

    /// Whose socket it was at a time, as far as the context knows.
    func owner(of cookie: UInt64, at time: UInt64) -> EventOwner? {
        cookie == 0 ? nil : owners.owner(of: cookie, at: time)
    }

    /// The network namespace of one of two sockets; 0: not known.
    func netns(of cookies: UInt64...) -> UInt32 {
        let known = cookies.lazy.filter { $0 != 0 }.compactMap { self.owners.netns(of: $0) }
        return UInt32(truncatingIfNeeded: known.first ?? 0)
    }

    /// The process that has just asked for something.
    func process(pid: Int32, comm: String, uid: UInt32, attachedTo cgroup: String?) -> EventOwner {
        owners.process(pid: pid, comm: comm, uid: uid, attachedTo: cgroup)
    }
}

/// Who knows processes.
protocol EventOwners {
    /// Whose socket it was at a time, in ns since boot, as far as is known.
    func owner(of cookie: UInt64, at time: UInt64) -> EventOwner?
    /// The network namespace of a socket.
    func netns(of cookie: UInt64) -> UInt64?
    /// A process that a program has named, in a cgroup or below it.
    func process(pid: Int32, comm: String, uid: UInt32, attachedTo cgroup: String?) -> EventOwner
}
