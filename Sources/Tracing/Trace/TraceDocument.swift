internal import LinuxSystem

/// One event as `netctl trace -o json` writes it. Members that belong to an event are always there,
/// null where nothing is known.
public struct TraceDocument: Encodable, Sendable {
    private let event: TraceEvent
    private let time: String
    private let place: CgroupPlace?
    private let reason: String?
    private let ran: UInt64?

    init(
        _ event: TraceEvent, time: String, place: CgroupPlace?, reason: String?, ran: UInt64?
    ) {
        self.event = event
        self.time = time
        self.place = place
        self.reason = reason
        self.ran = ran
    }

    private enum Key: String, CodingKey {
        case version, event, time, netns
        case pid, parent, uid, comm, cgroup, unit, container, file, arguments, code, signal, dumped
        case missingBytes = "arguments_missing_bytes"
        case duration = "duration_ns"
        case lifetime = "lifetime_ns"
        case sent = "bytes_sent"
        case received = "bytes_received"
        case local, remote, owner, outcome, error, old, new, state, direction, reason
        case ip, port, how, origin
    }

    /// Writes the document.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .version)
        try container.encode(time, forKey: .time)
        switch event {
        case .process(let process): try encode(process, to: &container)
        case .socket(let socket): try encode(socket, to: &container)
        }
    }

    private func encode(
        _ process: TracedProcess, to container: inout KeyedEncodingContainer<Key>
    ) throws {
        try encode(process.process, to: &container)
        try container.encode(process.parent, forKey: .parent)
        switch process.change {
        case .exec(let file, let arguments):
            try container.encode("exec", forKey: .event)
            try container.encode(process.netns, forKey: .netns)
            try container.encode(file, forKey: .file)
            if let arguments {
                try container.encode(arguments.words, forKey: .arguments)
                try container.encode(arguments.missingBytes, forKey: .missingBytes)
            }
        case .fork:
            try container.encode("fork", forKey: .event)
        case .exit(let cause):
            try container.encode("exit", forKey: .event)
            var (code, signal, dumped): (Int32?, Int32?, Bool) = (nil, nil, false)
            switch cause {
            case .code(let number): code = number
            case .signal(let number, let core): (signal, dumped) = (number, core)
            }
            try container.encode(code, forKey: .code)
            try container.encode(signal, forKey: .signal)
            try container.encode(dumped, forKey: .dumped)
            try container.encode(ran, forKey: .duration)
        }
    }

    private func encode(
        _ socket: TracedSocket, to container: inout KeyedEncodingContainer<Key>
    ) throws {
        try container.encode(socket.netns, forKey: .netns)
        try encode(socket.local, to: &container, .local)
        try encode(socket.remote, to: &container, .remote)
        try encode(socket.owner, to: &container)
        switch socket.change {
        case .connect(let outcome, let duration):
            try container.encode("connect", forKey: .event)
            var error: String?
            var word = "established"
            switch outcome {
            case .established: break
            case .abandoned: word = "abandoned"
            case .failed(let errno): (word, error) = ("failed", errno.symbol)
            }
            try container.encode(word, forKey: .outcome)
            try container.encode(error, forKey: .error)
            try container.encode(duration, forKey: .duration)
        case .accept:
            try container.encode("accept", forKey: .event)
        case .state(let change):
            try container.encode("state", forKey: .event)
            try container.encode(change.old?.word, forKey: .old)
            try container.encode(change.new?.word, forKey: .new)
            try container.encode(change.duration, forKey: .duration)
            if let end = change.end {
                try container.encode(end.lifetime, forKey: .lifetime)
                try container.encode(end.bytesSent, forKey: .sent)
                try container.encode(end.bytesReceived, forKey: .received)
            }
        case .retransmit(let state):
            try container.encode("retransmit", forKey: .event)
            try container.encode(state?.word, forKey: .state)
        case .resetSent(let state, _):
            try container.encode("rst", forKey: .event)
            try container.encode("sent", forKey: .direction)
            try container.encode(state?.word, forKey: .state)
            try container.encode(reason, forKey: .reason)
        case .resetReceived(let state):
            try container.encode("rst", forKey: .event)
            try container.encode("received", forKey: .direction)
            try container.encode(state?.word, forKey: .state)
        }
    }

    private func encode(
        _ end: SocketRecord.Endpoint, to container: inout KeyedEncodingContainer<Key>, _ key: Key
    ) throws {
        var nested = container.nestedContainer(keyedBy: Key.self, forKey: key)
        try nested.encode("\(end.address)", forKey: .ip)
        try nested.encode(end.port, forKey: .port)
    }

    private func encode(
        _ owner: TracedSocket.Owner?, to container: inout KeyedEncodingContainer<Key>
    ) throws {
        guard let owner else { return try container.encodeNil(forKey: .owner) }
        var nested = container.nestedContainer(keyedBy: Key.self, forKey: .owner)
        try encode(owner.process, to: &nested)
        try nested.encode(owner.how.rawValue, forKey: .how)
        try nested.encode(owner.origin.rawValue, forKey: .origin)
    }

    private func encode(
        _ process: SocketOwner, to container: inout KeyedEncodingContainer<Key>
    ) throws {
        try container.encode(process.pid, forKey: .pid)
        try container.encode(process.uid, forKey: .uid)
        try container.encode(process.comm, forKey: .comm)
        try container.encode(place?.path, forKey: .cgroup)
        try container.encode(place?.unit, forKey: .unit)
        try container.encode(place?.container, forKey: .container)
    }
}
