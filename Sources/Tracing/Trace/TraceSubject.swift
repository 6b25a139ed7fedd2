/// What `netctl trace` can watch.
public enum TraceSubject: String, CaseIterable, Sendable {
    /// Programs that are run, and their ends.
    case exec
    /// TCP connections that processes of this host ask for.
    case connect
    /// TCP connections that come in.
    case accept
    /// Every change of state of TCP sockets.
    case state
    /// TCP segments that are sent again.
    case retransmit
    /// TCP resets, sent and received.
    case rst
}
