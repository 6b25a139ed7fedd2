internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import NetctlABI
internal import NetTypes
internal import Netlink
internal import SystemPackage

extension ContextMaps {
    /// Makes sockets known that are older than the programs: by the kernel's iterator, else by
    /// `/proc`, which can tell nothing to listeners' later connections.
    ///
    /// - Returns: How; nil if neither would do.
    @discardableResult
    borrowing func importSockets() throws -> SocketScan.Method? {
        do {
            return try walk().method
        } catch {
            guard let scan = try? SocketScan(fallingBackFrom: error) else { return nil }
            for record in scan.records.values { try keep(record) }
            return scan.method
        }
    }

    /// Has the kernel walk all descriptors, and keep what is unknown.
    borrowing func walk() throws -> SocketScan {
        var object = try OpenObject(image: BPFObjects.socketScan.image(), name: "scan")
        try share(with: &object)
        return try SocketScan(walking: SocketWalk.load(object, keeps: true))
    }

    /// Keeps a record of an unknown socket; one that finds no room is counted like any other.
    private borrowing func keep(_ record: SocketRecord) throws {
        do throws(BPFError) {
            try context.update(record.cookie, netctl_socket(record), .create)
        } catch {
            if error.errno == .fileExists { return }
            guard error.code == .full else { throw error }
            var all = try totals.value(at: 0)
            all.full += 1
            try totals.update(at: 0, all)
        }
    }

    /// Imports what is unknown, and forgets TCP and UDP sockets that no process holds and that none of
    /// the namespaces that could be looked into has. Sockets made meanwhile are left alone.
    borrowing func sweep() throws {
        let start = BootTime.now
        let scan = try? walk()
        let live = try LiveSockets.now()
        let alive = Set(live.entries.map(\.socket.cookie))
        let seen = Set(live.namespaces.map(\.inode))
        let gone = try context.elements().filter { cookie, record in
            record.created < start && (record.protocol == 6 || record.protocol == 17)
                && seen.contains(UInt64(record.netns)) && !alive.contains(cookie)
                && scan?.records[cookie] == nil
        }.map(\.key)
        // Without the walk, a socket that is not bound is nowhere to be found.
        if scan != nil { try context.deleteBatch(keys: gone.span) }
    }
}

extension netctl_socket {
    /// What the kernel's programs would have written.
    init(_ record: SocketRecord) {
        self.init()
        cookie = record.cookie
        cgroup_id = record.owner.cgroupID
        task_start = LinuxProcess.bootNanoseconds(fromTicks: record.owner.startTicks)
        created = record.created
        tgid = UInt32(bitPattern: record.owner.pid)
        tid = UInt32(bitPattern: record.owner.tid)
        uid = record.owner.uid
        netns = UInt32(truncatingIfNeeded: record.netns)
        local_port = record.local.port
        remote_port = record.remote.port
        family = record.family
        `protocol` = record.proto
        type = record.type
        state = record.state?.rawValue ?? 0
        origin = UInt8(record.origin.abi.rawValue)
        let (ownBytes, otherBytes) = (record.local.bytes, record.remote.bytes)
        withUnsafeMutableBytes(of: &local) { $0.copyBytes(from: ownBytes) }
        withUnsafeMutableBytes(of: &remote) { $0.copyBytes(from: otherBytes) }
        let name = Array(record.owner.comm.utf8.prefix(15))
        withUnsafeMutableBytes(of: &comm) { $0.copyBytes(from: name) }
    }
}

extension SocketRecord.Endpoint {
    /// The address in network order.
    fileprivate var bytes: [UInt8] { address.networkBytes }
}
