/// What happened to a process's packets, to a host's or to a connection, in order.
public struct WhyAnswer: Sendable {
    /// Something that happened.
    public enum Moment: Sendable {
        /// A socket was first seen; with who owns it.
        case opened(SocketRecord)
        /// The kernel dropped packets, ours or others' programs among its reasons.
        case dropped(Drop)
        /// A socket was closed.
        case closed(SocketRecord)
    }

    /// Packets that were dropped.
    public struct Drop: Sendable {
        /// What, why, and how many.
        public let record: DropRecord
        /// The reason's name: `NEIGH_FAILED`.
        public let reason: String
        /// The function that dropped the last one.
        public let function: String?
        /// The socket that they came from, as far as it is known.
        public let sender: SocketRecord?
        /// The socket that they were for.
        public let receiver: SocketRecord?
        /// What of netctl's would drop such a packet now.
        public let verdicts: [PolicyVerdict]
    }

    /// The moments, in order.
    public let moments: [Moment]
    /// The sockets that are there now.
    public let sockets: [SocketTable.Entry]
    /// What netctl's policies do with such packets now; of questions about both ends.
    public let verdicts: [PolicyVerdict]
    /// What to do.
    public let advice: [String]
    /// Whether the past is known: a context is on.
    public let knowsPast: Bool
}

extension WhyAnswer.Moment {
    /// When it happened, or began, in ns since boot.
    public var time: UInt64 {
        switch self {
        case .opened(let record): record.created
        case .dropped(let drop): drop.record.first
        case .closed(let record): record.closed ?? record.created
        }
    }
}
