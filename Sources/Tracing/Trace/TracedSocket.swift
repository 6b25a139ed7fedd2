internal import NetctlABI
public import SystemPackage

/// Something happened to a TCP socket.
public struct TracedSocket: Sendable, Equatable {
    /// When, in ns since boot.
    public let time: UInt64
    /// What.
    public let change: Change
    /// The kernel's number of the socket; 0 if there is none, or nobody has asked for it.
    public let cookie: UInt64
    /// This host's end.
    public let local: SocketRecord.Endpoint
    /// The other end.
    public let remote: SocketRecord.Endpoint
    /// The inode of the network namespace; nil if it is not known.
    public let netns: UInt64?
    /// Whose socket it is; nil if nobody knows.
    public let owner: Owner?

    /// Whose a socket is, and how that is known.
    public struct Owner: Sendable, Equatable {
        /// The process.
        public let process: SocketOwner
        /// What it was seen to do with the socket.
        public let origin: SocketOrigin
        /// What led to it.
        public let how: How
    }

    /// What leads from an event to an owner.
    public enum How: String, Sendable {
        /// The event happened to the owner's socket.
        case socket
        /// It happened to a handshake, by a listening socket of the owner's.
        case listener
        /// The owner itself was calling the kernel.
        case task
    }

    /// What can happen to it.
    public enum Change: Sendable, Equatable {
        /// A connection that was asked for came about, or not.
        case connect(ConnectOutcome, after: UInt64)
        /// A connection came in.
        case accept
        /// It changed its state.
        case state(StateChange)
        /// A segment was sent again.
        case retransmit(SocketState?)
        /// A reset was sent; the kernel's reason, from Linux 6.10 on.
        case resetSent(SocketState?, reason: UInt32)
        /// A reset came in.
        case resetReceived(SocketState?)
    }

    init?(_ record: netctl_trace_socket) {
        time = record.time
        cookie = record.cookie
        netns = record.netns == 0 ? nil : UInt64(record.netns)
        guard [2, 10].contains(record.family) else { return nil }  // AF_INET, AF_INET6
        local = .init(
            address: address(record.local, family: record.family), port: record.local_port)
        remote = .init(
            address: address(record.remote, family: record.family), port: record.remote_port)
        owner = record.owner.tgid == 0 ? nil : Owner(record)
        let state = SocketState(rawValue: record.state)
        switch netctl_trace(rawValue: record.kind) {
        case NETCTL_TRACE_CONNECT: change = .connect(ConnectOutcome(record), after: record.duration)
        case NETCTL_TRACE_ACCEPT: change = .accept
        case NETCTL_TRACE_STATE: change = .state(StateChange(record))
        case NETCTL_TRACE_RETRANSMIT: change = .retransmit(state)
        case NETCTL_TRACE_RESET_SENT: change = .resetSent(state, reason: record.reason)
        case NETCTL_TRACE_RESET_RECEIVED: change = .resetReceived(state)
        default: return nil
        }
    }
}

extension TracedSocket.Owner {
    fileprivate init(_ record: netctl_trace_socket) {
        let socket = SocketRecord(record.owner)
        process = socket.owner
        origin = socket.origin
        how =
            switch netctl_how(rawValue: UInt32(record.how)) {
            case NETCTL_HOW_TASK: .task
            case NETCTL_HOW_LISTENER: .listener
            default: .socket
            }
    }
}

/// What became of a connection that was asked for.
public enum ConnectOutcome: Sendable, Equatable {
    /// It is there.
    case established
    /// It failed.
    case failed(Errno)
    /// The process closed the socket first.
    case abandoned

    init(_ record: netctl_trace_socket) {
        self =
            record.state == SocketState.close.rawValue
            ? record.error == 0 ? .abandoned : .failed(Errno(rawValue: Int32(record.error)))
            : .established
    }
}

/// A change of state.
public struct StateChange: Sendable, Equatable {
    /// The state before; nil if it has no name here.
    public let old: SocketState?
    /// The state now; nil if it has no name here.
    public let new: SocketState?
    /// How long the old one lasted, in nanoseconds; `nil` if its beginning was not seen.
    public let duration: UInt64?
    /// What is known at the end of a connection.
    public let end: End?

    /// What is known of a connection that has ended.
    public struct End: Sendable, Equatable {
        /// How long it was established, in nanoseconds; `nil` if its beginning was not seen.
        public let lifetime: UInt64?
        /// Bytes that were sent, each once.
        public let bytesSent: UInt64
        /// Bytes that came in; a FIN counts as one.
        public let bytesReceived: UInt64
    }

    init(_ record: netctl_trace_socket) {
        old = SocketState(rawValue: record.old_state)
        new = SocketState(rawValue: record.state)
        duration = record.duration == 0 ? nil : record.duration
        end =
            new == .close
            ? End(
                lifetime: record.lifetime == 0 ? nil : record.lifetime,
                bytesSent: record.bytes_sent, bytesReceived: record.bytes_received) : nil
    }
}
