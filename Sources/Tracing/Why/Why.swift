internal import LinuxSystem

/// Finds out what happened, from what the socket context remembers, the policies in force and the
/// sockets that are there.
public enum Why {
    /// Answers a question.
    ///
    /// - Parameter question: What is asked.
    /// - Returns: What is known.
    /// - Throws: ``TracingError``, with `.unsupported` for want of privileges.
    public static func answer(_ question: WhyQuestion) throws(TracingError) -> WhyAnswer {
        let context = try ContextSwitch.current()
        try context?.sweepIfDue()
        let past = Past(records: try context?.records() ?? [], drops: try context?.drops() ?? [])
        let table = try SocketTable.now()
        return WhyAnswer(
            to: question, past: past, table: table, knowsPast: context != nil,
            judge: try PolicyJudge())
    }

    /// What the context remembers.
    struct Past {
        let records: [SocketRecord]
        let drops: [DropRecord]
    }
}

extension WhyAnswer {
    init(
        to question: WhyQuestion, past: Why.Past, table: SocketTable, knowsPast: Bool,
        judge: PolicyJudge
    ) {
        let byCookie = Dictionary(
            past.records.map { ($0.cookie, $0) }, uniquingKeysWith: { first, _ in first })
        // A connected datagram socket has its port in the table alone.
        let asked = Set(table.entries.filter { question.wants($0) }.map(\.cookie))
        let records = past.records.filter { question.wants($0) || asked.contains($0.cookie) }
        let cookies = Set(records.map(\.cookie))
        let reasons = DropReasons()
        let symbols = KernelSymbols()
        let drops = past.drops.filter {
            cookies.contains($0.cookie) || question.wants($0.source, $0.destination)
        }.map { drop in
            let owner = byCookie[drop.cookie]
            // The other end, if it is on this host, is found by its addresses.
            let sender = drop.isReceiver ? past.socket(at: drop.source, drop) : owner
            let receiver = drop.isReceiver ? owner : past.socket(at: drop.destination, drop)
            return Drop(
                record: drop, reason: reasons.name(of: drop.reason),
                function: symbols.name(at: drop.location), sender: sender, receiver: receiver,
                verdicts: judge.verdicts(on: drop, reason: reasons.name(of: drop.reason)))
        }
        let found = table.entries.filter {
            question.wants($0) || cookies.contains($0.cookie)
        }
        let moments: [Moment] =
            records.map(Moment.opened) + drops.map(Moment.dropped)
            + records.filter { $0.closed != nil }.map(Moment.closed)
        self.moments = moments.sorted { $0.time < $1.time }
        sockets = found
        verdicts = judge.verdicts(on: question)
        advice = Self.advice(drops: drops, records: records, sockets: found, table: table)
        self.knowsPast = knowsPast
    }

    private static func advice(
        drops: [Drop], records: [SocketRecord], sockets: [SocketTable.Entry], table: SocketTable
    ) -> [String] {
        var advice: [String] = []
        func add(_ line: String) { if !advice.contains(line) { advice.append(line) } }
        for drop in drops {
            for verdict in drop.verdicts {
                add(
                    "policy '\(verdict.policy)' drops it\(verdict.rule.map { " by rule '\($0)'" } ?? "")"
                        + " on \(verdict.hook) of \(verdict.place): 'netctl explain' shows why, and "
                        + "'netctl pause' lets it pass for a while")
            }
            if let line = drop.advice { add(line) }
        }
        for socket in sockets where socket.hasFullQueue {
            add(
                "\(socket.owners.first?.text ?? "the owner") does not accept connections as fast as "
                    + "they come on \(socket.local.text): its queue is full "
                    + "(\(socket.receiveQueue ?? 0) of \(socket.sendQueue ?? 0)); make it faster, or "
                    + "the queue longer (listen(), net.core.somaxconn)")
        }
        for socket in sockets where socket.state == .synSent {
            add(
                "\(socket.local.text) gets no answer from \(socket.remote.text): is a firewall on the "
                    + "way, or the host down?")
        }
        for record in records where record.closedIn == .synSent && record.wasReset {
            add(
                "\(record.remote.text) refused the connection: nobody listens there, or a firewall "
                    + "answers with a reset")
        }
        return advice
    }
}

extension WhyAnswer.Drop {
    /// What to do about it.
    fileprivate var advice: String? {
        let to = record.destination.text
        switch reason {
        case "NEIGH_FAILED":
            return
                "no ARP or neighbour reply for the next hop to \(to): is it up, and on this link?"
        case "NO_SOCKET":
            return "nobody listens on \(to): start the service, or look at its address and port"
        case "SOCKET_RCVBUFF":
            let name = receiver?.owner.text ?? "the receiver"
            return "\(name) does not read as fast as packets come: its receive buffer is full "
                + "(SO_RCVBUF, net.core.rmem_max)"
        case "NETFILTER_DROP":
            return "an nftables or iptables rule drops it: nft list ruleset"
        case "TC_INGRESS", "TC_EGRESS", "XDP", "BPF_CGROUP_EGRESS", "SOCKET_FILTER":
            return verdicts.isEmpty
                ? "another program drops it (\(reason)): 'netctl status' shows programs of others"
                : nil
        default: return nil
        }
    }
}

extension WhyQuestion {
    /// Whether a socket is asked for.
    fileprivate func wants(_ record: SocketRecord) -> Bool {
        if case .process(let pid) = self { return record.owner.pid == pid || record.creator == pid }
        return wants(record.local, record.remote)
    }

    fileprivate func wants(_ entry: SocketTable.Entry) -> Bool {
        if case .process(let pid) = self { return entry.owners.contains { $0.pid == pid } }
        return wants(entry.local, entry.remote)
    }
}

extension Why.Past {
    /// The socket with an end of a drop, in the namespace of the drop: the connection itself, else
    /// what listens there. Two that fit are one too many to name any.
    fileprivate func socket(
        at end: SocketRecord.Endpoint, _ drop: DropRecord
    ) -> SocketRecord? {
        if end.port == 0 { return nil }
        let other = end == drop.source ? drop.destination : drop.source
        let here = records.filter { record in
            record.proto == drop.proto && record.local.port == end.port
                && record.created <= drop.last && (record.closed ?? .max) >= drop.first
                && (record.local.address == end.address || !record.local.isBound)
        }
        let exact = here.filter { $0.remote == other && $0.local.isBound }
        if exact.count == 1 { return exact[0] }
        let inNamespace = here.filter {
            $0.netns == drop.netns && ($0.remote.port == 0 || $0.proto == 17)
        }
        return exact.isEmpty && inNamespace.count == 1 ? inNamespace[0] : nil
    }
}
