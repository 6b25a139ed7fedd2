/// The state of a TCP socket, by the kernel's number.
public enum SocketState: UInt8, Sendable {
    case established = 1
    case synSent, synReceived, finWait1, finWait2, timeWait, close, closeWait, lastAck, listen
    case closing, newSynReceived

    /// The name that `ss` uses: `syn-sent`.
    public var word: String {
        switch self {
        case .established: "established"
        case .synSent: "syn-sent"
        case .synReceived, .newSynReceived: "syn-recv"
        case .finWait1: "fin-wait-1"
        case .finWait2: "fin-wait-2"
        case .timeWait: "time-wait"
        case .close: "closed"
        case .closeWait: "close-wait"
        case .lastAck: "last-ack"
        case .listen: "listen"
        case .closing: "closing"
        }
    }
}
