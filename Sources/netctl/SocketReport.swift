import LinuxSystem
import Statistics
import Tracing

/// Sockets as text and as JSON.
struct SocketReport {
    let document: Document
    private let rows: [Row]
    private let overflows: [(netns: String, count: UInt64)]

    private typealias Row = (entry: SocketTable.Entry, netns: String?, creator: String?)

    init(_ entries: [SocketTable.Entry], of table: SocketTable, _ names: CgroupNames) {
        var known: [UInt64: String?] = [:]
        func netns(_ inode: UInt64) -> String? {
            if let name = known[inode] { return name }
            let name = NetworkNamespace(inode: inode).displayName
            known[inode] = .some(name)
            return name
        }
        let rows: [Row] = entries.map { ($0, netns($0.netns), Self.creator(of: $0)) }
        let overflows = table.listenOverflows.filter { $0.value > 0 }.map {
            (netns: netns($0.key), count: $0.value)
        }.sorted { $0.netns ?? "" < $1.netns ?? "" }
        self.rows = rows
        self.overflows = overflows.map { ($0.netns ?? "-", $0.count) }
        document = Document(
            context: table.hasContext, found: table.method,
            sockets: rows.map { Socket($0.entry, netns: $0.netns, names) },
            listenOverflows: overflows.map(Overflows.init))
    }

    /// The name of who called `socket()`, unless that is the owner, or has ended.
    private static func creator(of entry: SocketTable.Entry) -> String? {
        guard let creator = entry.creator else { return nil }
        if let owner = entry.owners.first(where: { $0.pid == creator }) { return owner.text }
        return "\(creator)"
    }

    /// Columns, for people.
    var table: [String] {
        var table = TextTable([
            "COOKIE", "PROTO", "STATE", "LOCAL", "REMOTE", "NETNS", "OWNER", "CREATOR", "ORIGIN",
            "QUEUE", "DROPS",
        ])
        for row in rows {
            let entry = row.entry
            table.add([
                "\(entry.cookie)", entry.protocolWord, entry.state?.word ?? "-", entry.local.text,
                entry.remote.text, row.netns ?? "-", Self.owners(of: entry), row.creator ?? "-",
                entry.origin == .unknown ? "-" : entry.origin.rawValue, Self.queue(of: entry),
                entry.drops.map(String.init) ?? "-",
            ])
        }
        return (table.isEmpty ? [] : table.lines()) + notes
    }

    /// One fact a line.
    var facts: [String] {
        rows.map { row in
            let entry = row.entry
            return "socket \(entry.cookie) \(entry.protocolWord) state \(entry.state?.word ?? "-") "
                + "local \(entry.local.text) remote \(entry.remote.text) "
                + "netns \(row.netns ?? "-") owner \(Self.owners(of: entry)) "
                + "creator \(row.creator ?? "-") origin \(entry.origin.rawValue) "
                + "queue \(Self.queue(of: entry)) drops \(entry.drops.map(String.init) ?? "-")"
        } + notes
    }

    private var notes: [String] {
        overflows.map { "listen-overflows netns \($0.netns) \($0.count)" }
    }

    private static func owners(of entry: SocketTable.Entry) -> String {
        guard let first = entry.owners.first else { return "-" }
        let more = entry.owners.count - 1
        return first.text + (more > 0 ? "+\(more)" : "")
    }

    private static func queue(of entry: SocketTable.Entry) -> String {
        guard let receive = entry.receiveQueue, let send = entry.sendQueue else { return "-" }
        return "\(receive)/\(send)"
    }
}

extension SocketReport {
    /// The JSON document of `netctl sockets`.
    struct Document: Encodable {
        let version = 1
        let context: Bool
        let found: SocketScan.Method
        let sockets: [Socket]
        let listenOverflows: [Overflows]

        enum CodingKeys: String, CodingKey {
            case version, context, found, sockets
            case listenOverflows = "listen_overflows"
        }
    }

    struct Overflows: Encodable {
        @ExplicitNull var netns: String?
        let count: UInt64

        init(netns: String?, count: UInt64) {
            self.count = count
            self.netns = netns
        }
    }

    struct Socket: Encodable {
        let cookie: UInt64
        let proto: String
        @ExplicitNull var state: String?
        let local: End
        let remote: End
        @ExplicitNull var netns: String?
        let uid: UInt32
        let owners: [Owner]
        @ExplicitNull var creator: Int32?
        let origin: SocketOrigin
        @ExplicitNull var receiveQueue: UInt32?
        @ExplicitNull var sendQueue: UInt32?
        @ExplicitNull var drops: UInt32?

        enum CodingKeys: String, CodingKey {
            case cookie, proto, state, local, remote, netns, uid, owners, creator, origin
            case receiveQueue = "receive_queue"
            case sendQueue = "send_queue"
            case drops
        }

        init(_ entry: SocketTable.Entry, netns: String?, _ names: CgroupNames) {
            cookie = entry.cookie
            proto = entry.protocolWord
            local = End(entry.local)
            remote = End(entry.remote)
            uid = entry.uid
            owners = entry.owners.map { Owner($0, names.place(of: $0)) }
            origin = entry.origin
            state = entry.state?.word
            self.netns = netns
            creator = entry.creator
            receiveQueue = entry.receiveQueue
            sendQueue = entry.sendQueue
            drops = entry.drops
        }
    }

    struct End: Encodable {
        @ExplicitNull var ip: String?
        @ExplicitNull var port: UInt16?

        init(_ end: SocketRecord.Endpoint) {
            ip = end.isBound ? "\(end.address)" : nil
            port = end.port == 0 ? nil : end.port
        }
    }

    struct Owner: Encodable {
        let pid: Int32
        let comm: String
        let uid: UInt32
        @ExplicitNull var cgroup: String?
        @ExplicitNull var unit: String?
        @ExplicitNull var container: String?

        init(_ owner: SocketOwner, _ place: CgroupPlace?) {
            pid = owner.pid
            comm = owner.comm
            uid = owner.uid
            cgroup = place?.path
            unit = place?.unit
            container = place?.container
        }
    }
}
