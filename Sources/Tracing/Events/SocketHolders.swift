/// Who holds sockets in descriptors. A descriptor can be passed on without a trace: who was seen to use a
/// socket last need not have it any more.
///
/// All descriptors are read anew for events that are younger than what was read. That takes at most a
/// twentieth of the time, but for sockets that who was seen did not have when they were read last.
final class SocketHolders {
    private let look: () -> SocketScan?
    private var scan: SocketScan?
    /// When that was read, in ns since boot, and how long it took.
    private var taken: UInt64 = 0
    private var cost: UInt64 = 0

    /// - Parameter look: Reads all descriptors.
    init(look: @escaping () -> SocketScan?) { self.look = look }

    /// Prepares to read the descriptors of this host.
    convenience init() {
        let walk = SocketWalk()
        self.init { try? walk.scan() }
    }

    /// Whose an open socket is: of who was seen, if he holds it or nobody does, else of who holds it.
    ///
    /// - Parameters:
    ///   - record: What was seen.
    ///   - time: When it is asked about, in ns since boot.
    /// - Returns: The process, and how that is known; nil when he has ended by now.
    func owner(
        of record: SocketRecord, at time: UInt64
    ) -> (owner: SocketOwner, origin: SocketOrigin)? {
        if taken < time, BootTime.now >= taken + 20 * cost { refresh() }
        if isDoubtful(record), taken < time { refresh() }
        guard isDoubtful(record) else { return (record.owner, record.origin) }
        let holder = scan?.holders[record.cookie]?.first { $0.running != nil }
        return holder.map { ($0, .scan) }
    }

    private func isDoubtful(_ record: SocketRecord) -> Bool {
        guard let holders = scan?.holders[record.cookie] else { return false }
        return !holders.contains(where: record.owner.isSame)
    }

    private func refresh() {
        let start = BootTime.now
        scan = look()
        taken = start
        cost = BootTime.now - start
    }
}
