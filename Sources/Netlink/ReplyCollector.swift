internal import CLibmnl
internal import SystemPackage

/// Gathers the replies to one request from datagrams; knows nothing of sockets.
struct ReplyCollector {
    let sequence: UInt32
    let portID: UInt32
    let isDump: Bool
    /// The replies so far, without acknowledgements.
    private(set) var replies: [NetlinkMessage] = []
    /// Whether the thing dumped changed meanwhile (`NLM_F_DUMP_INTR`): the dump is inconsistent.
    private(set) var wasInterrupted = false

    init(sequence: UInt32, portID: UInt32, isDump: Bool) {
        self.sequence = sequence
        self.portID = portID
        self.isDump = isDump
    }

    /// Takes the next datagram.
    ///
    /// Messages of another sequence are left over from an earlier request and are ignored, as
    /// are those for another port.
    ///
    /// - Returns: Whether the reply is complete.
    /// - Throws: The kernel's error, or what is malformed.
    mutating func take(_ datagram: [UInt8]) throws(NetlinkFailure) -> Bool {
        for message in try NetlinkMessage.parse(datagram) {
            guard message.sequence == sequence, message.portID == portID else { continue }
            if Int32(message.flags) & NLM_F_DUMP_INTR != 0 { wasInterrupted = true }
            switch Int32(message.type) {
            case NLMSG_NOOP:
                continue
            case NLMSG_OVERRUN:
                throw NetlinkFailure(errno: .noBufferSpace, reason: "the kernel lost replies")
            case NLMSG_ERROR, NLMSG_DONE:
                if let failure = try Acknowledgement(message).failure { throw failure }
                return true
            default:
                replies.append(message)
            }
        }
        return false
    }
}
