internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import NetctlABI
internal import Netlink

/// Every socket that a process holds in a descriptor, with all who hold it.
public struct SocketScan: Sendable {
    /// How the sockets were found.
    public enum Method: String, Sendable, Codable {
        /// The kernel walked the descriptors of all processes.
        case iterator
        /// The sockets of all network namespaces were compared with `/proc/PID/fd`.
        case proc
    }

    /// How.
    public let method: Method
    /// A record of each socket, of the first process that was found to hold it.
    public private(set) var records: [UInt64: SocketRecord] = [:]
    /// All processes that hold a socket.
    public private(set) var holders: [UInt64: [SocketOwner]] = [:]

    /// Looks, and keeps nothing.
    ///
    /// - Throws: ``TracingError`` for want of privileges.
    public static func now() throws(TracingError) -> SocketScan {
        try SocketWalk().scan()
    }

    /// The same without the kernel's help.
    init(fallingBackFrom refusal: any Error) throws(TracingError) {
        let error = TracingError(refusal)
        let lacksTypes = (refusal as? BPFError)?.code == .noKernelTypes
        if error.code == .unsupported, !lacksTypes { throw error }
        self = try SocketScan(LiveSockets.now())
    }

    /// Has the kernel walk the descriptors of all processes.
    ///
    /// - Parameter link: The iterator's.
    /// - Throws: `BPFError` if the kernel refuses.
    init(walking link: borrowing Link) throws {
        self.init(records: try link.iterate(as: netctl_socket.self).map(SocketRecord.init))
    }

    /// What a walk has found: a record for each process that holds a socket.
    init(records found: [SocketRecord]) {
        method = .iterator
        for record in found { add(record) }
    }

    /// Joins sockets with the descriptors of processes.
    init(_ live: LiveSockets) {
        method = .proc
        var byInode: [UInt64: [LiveSockets.Entry]] = [:]
        for entry in live.entries where entry.socket.inode != 0 {
            byInode[UInt64(entry.socket.inode), default: []].append(entry)
        }
        for process in LinuxProcess.all() {
            let inodes = process.socketInodes
            guard !inodes.isEmpty, let owner = SocketOwner(process) else { continue }
            for entry in inodes.sorted().flatMap({ byInode[$0] ?? [] }) {
                add(SocketRecord(entry, owner: owner))
            }
        }
    }

    private mutating func add(_ record: SocketRecord) {
        if records[record.cookie] == nil { records[record.cookie] = record }
        let known = holders[record.cookie, default: []]
        if !known.contains(where: { $0.pid == record.owner.pid }) {
            holders[record.cookie, default: []].append(record.owner)
        }
    }
}

extension SocketOwner {
    /// A process that runs; nil if it has just ended.
    init?(_ process: LinuxProcess) {
        guard let comm = process.comm, let start = process.startTicks, let uid = process.uid else {
            return nil
        }
        self.init(
            pid: process.pid, tid: 0, uid: uid, comm: comm,
            cgroupID: CgroupNames.id(ofPath: process.cgroupPaths[""]), startTicks: start)
    }
}

extension SocketRecord {
    /// A socket that a process was found to hold.
    init(_ entry: LiveSockets.Entry, owner: SocketOwner) {
        let socket = entry.socket
        self.init(
            cookie: socket.cookie, owner: owner, origin: .scan, creator: nil,
            netns: entry.netns.inode, family: socket.family, proto: socket.proto,
            type: socket.proto == 6 ? 1 : 2,
            state: socket.proto == 6 ? SocketState(rawValue: socket.state) : nil,
            local: Endpoint(address: socket.local, port: socket.localPort),
            remote: Endpoint(address: socket.remote, port: socket.remotePort),
            created: BootTime.now, closed: nil, closedIn: nil, wasReset: false, hasReset: false,
            retransmits: 0)
    }
}
