/// Who holds sockets in descriptors. A descriptor can be passed on without a trace: who was seen to use a
/// socket last need not have it any more.
///
/// All descriptors are read anew for an event that is younger than what was read: once for all that have
/// come since.
final class SocketHolders {
    private let look: () -> SocketScan?
    private var scan: SocketScan?
    /// When that was read, in ns since boot.
    private var taken: UInt64 = 0

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
        if taken < time {
            taken = BootTime.now
            scan = look()
        }
        guard let holders = scan?.holders[record.cookie],
            !holders.contains(where: record.owner.isSame)
        else { return (record.owner, record.origin) }
        return holders.first { $0.running != nil }.map { ($0, .scan) }
    }
}
