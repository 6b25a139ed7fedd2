internal import LinuxSystem

/// The processes that events are about: whose sockets, by the socket context.
final class Processes: EventOwners {
    /// What is not known here, and why.
    let limits: [String]

    private let context: SocketContext?
    private let names = CgroupNames()
    private let holders = SocketHolders()

    /// Uses the context that is on, or one of its own, for as long as it lives.
    init() {
        do {
            context = try SocketContext.open()
            limits = []
        } catch {
            context = nil
            limits = ["whose sockets: \(error)"]
        }
    }

    func owner(of cookie: UInt64, at time: UInt64) -> EventOwner? {
        guard let record = try? context?.record(of: cookie) else { return nil }
        guard record.closed == nil else {
            return EventOwner(record.owner, names.place(of: record.owner), record.origin)
        }
        guard let (owner, origin) = holders.owner(of: record, at: time) else { return nil }
        return EventOwner(owner, names.place(of: owner), origin)
    }

    func netns(of cookie: UInt64) -> UInt64? {
        (try? context?.record(of: cookie))?.netns
    }

    func process(pid: Int32, comm: String, uid: UInt32, attachedTo cgroup: String?) -> EventOwner {
        let owner = SocketOwner(LinuxProcess(pid: pid))
        let place = owner.flatMap(names.place(of:)) ?? cgroup.map(CgroupPlace.init(path:))
        return EventOwner(
            pid: pid, comm: comm, uid: uid, cgroup: place?.path, unit: place?.unit,
            container: place?.container, origin: nil)
    }
}

extension EventOwner {
    /// The owner of a socket.
    fileprivate init(_ owner: SocketOwner, _ place: CgroupPlace?, _ origin: SocketOrigin) {
        self.init(
            pid: owner.pid, comm: owner.comm, uid: owner.uid, cgroup: place?.path,
            unit: place?.unit, container: place?.container, origin: origin.rawValue)
    }
}
