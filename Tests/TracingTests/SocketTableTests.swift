import Glibc
import LinuxSystem
import NetctlABI
import TestSupport
import Testing

@testable import Tracing

/// A record of nobody's.
var netctlSocket: netctl_socket {
    var record = netctl_socket()
    record.tgid = 1
    record.family = 2
    record.`protocol` = 17
    return record
}

@Suite("Who owns a socket, of those that hold it")
struct OwnershipTests {
    private func owner(_ pid: Int32, start: UInt64 = 1) -> SocketOwner {
        SocketOwner(
            pid: pid, tid: 0, uid: 0, comm: "p\(pid)", cgroupID: 0, startTicks: start)
    }

    private func record(_ owner: SocketOwner, _ origin: SocketOrigin) -> SocketRecord {
        var record = netctlSocket
        record.tgid = UInt32(owner.pid)
        record.task_start = LinuxProcess.bootNanoseconds(fromTicks: owner.startTicks)
        record.origin = UInt8(origin.abi.rawValue)
        return SocketRecord(record)
    }

    @Test func `who was seen comes first, if it still holds the socket`() {
        let found = Ownership(
            holders: [owner(1), owner(2), owner(3)], known: record(owner(2), .connect))
        #expect(found.owners.map(\.pid) == [2, 1, 3])
        #expect(found.origin == .connect)
    }

    @Test func `who was seen and holds it no more is not named beside those that do`() {
        let found = Ownership(holders: [owner(1)], known: record(owner(2), .create))
        #expect(found.owners.map(\.pid) == [1])
        #expect(found.origin == .scan)
    }

    @Test func `a later process with the number is another`() {
        let found = Ownership(
            holders: [owner(2, start: 900)], known: record(owner(2, start: 7), .create))
        #expect(found.owners == [owner(2, start: 900)])
        #expect(found.origin == .scan)
    }

    @Test func `what nobody holds belongs to who was seen, else to nobody`() {
        #expect(Ownership(holders: [], known: record(owner(2), .inherit)).origin == .inherit)
        #expect(Ownership(holders: [], known: nil).origin == .unknown)
        #expect(Ownership(holders: [], known: nil).owners.isEmpty)
    }
}

@Suite("Sockets of this host", .requiresRoot, .serialized)
struct SocketTableTests {
    private func entry(_ cookie: UInt64) throws -> SocketTable.Entry? {
        try SocketTable.now().entries.first { $0.cookie == cookie }
    }

    @Test(arguments: [false, true])
    func `a socket that two processes share has both, whoever listens`(isOn: Bool) async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                if isOn { #expect(try ContextSwitch.turnOn(trackingUsers: false) { _ in }) }
                let scene = try Scene(
                    "comm two tcp4 bind 127.0.0.1 0 listen 4 cookie one fork cookie other wait",
                    in: cgroup)
                let found = try #require(try entry(scene.socket("one").cookie))
                let pids = [try scene.socket("one").pid, try scene.socket("other").pid]
                #expect(Set(found.owners.map(\.pid)) == Set(pids))
                #expect(found.creator == (isOn ? pids[0] : nil))
                #expect(found.origin == (isOn ? .create : .scan))
                #expect(found.state == .listen && found.sendQueue == 4)
                let text = try netctl(
                    "sockets", "--listen", "--pid", "\(pids[1])", "-o", "json")
                #expect(text.status == 0)
                #expect(text.stdout.contains("\"comm\":\"two\""))
                #expect(try netctl("sockets", "--comm", "nobody-is-called-so").stdout == "")
            }
        }
    }

    @Test func `the child of a process that has ended, not the process`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                #expect(try ContextSwitch.turnOn(trackingUsers: false) { _ in })
                let scene = try Scene(
                    "fork comm old udp4 bind 127.0.0.1 0 cookie made orphan comm new cookie left wait",
                    in: cgroup)
                let found = try #require(try entry(scene.socket("left").cookie))
                #expect(found.owners.map(\.pid) == [try scene.socket("left").pid])
                #expect(found.owners.map(\.comm) == ["new"])
                #expect(found.origin == .scan)
                #expect(found.creator == (try scene.socket("made").pid))
            }
        }
    }

    @Test func `a socket that was passed on and is only read from has its holder`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                #expect(try ContextSwitch.turnOn(trackingUsers: false) { _ in })
                let scene = try Scene(
                    "comm cli udp4 bind 127.0.0.1 0 cookie made pass cookie left wait", in: cgroup)
                let found = try #require(try entry(scene.socket("left").cookie))
                #expect(found.owners.map(\.pid) == [try scene.socket("left").pid])
                #expect(found.origin == .scan)
            }
        }
    }

    @Test func `a listener's full queue, and what it dropped`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let server = try Scene(
                    "comm srv tcp4 bind 127.0.0.1 0 listen 0 cookie server wait", in: cgroup)
                let port = try server.socket("server").port
                let more = "tcp4 nowait connect 127.0.0.1 \(port) keep "
                let client = try Scene(
                    "comm cli " + String(repeating: more, count: 5) + "wait", in: cgroup)
                var found: SocketTable.Entry?
                for _ in 0..<300 {
                    found = try entry(server.socket("server").cookie)
                    if found?.drops ?? 0 > 0 { break }
                    usleep(10_000)
                }
                let listener = try #require(found)
                #expect(listener.hasFullQueue)
                #expect(listener.drops ?? 0 > 0)
                #expect(listener.owners.map(\.comm) == ["srv"])
                let namespace = try NetworkNamespace.current.inode
                #expect(try SocketTable.now().listenOverflows[namespace] ?? 0 > 0)
                #expect(client.said.contains("ready"))
                let shown = try netctl("sockets", "--drops", "--port", "\(port)")
                #expect(shown.stdout.contains("owner srv["))
            }
        }
    }

    @Test func `without the iterator, /proc finds the same`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let scene = try Scene(
                    "comm cli tcp6 bind ::1 0 listen 1 cookie one keep udp4 bind 127.0.0.1 0 "
                        + "cookie two fork wait", in: cgroup)
                let found = SocketScan(try LiveSockets.now())
                let walked = try SocketScan.now()
                #expect(found.method == .proc && walked.method == .iterator)
                for word in ["one", "two"] {
                    let cookie = try scene.socket(word).cookie
                    #expect(found.holders[cookie] != nil)
                    #expect(
                        Set(found.holders[cookie]?.map(\.pid) ?? [])
                            == Set(walked.holders[cookie]?.map(\.pid) ?? []))
                    #expect(found.records[cookie]?.local == walked.records[cookie]?.local)
                    #expect(found.records[cookie]?.state == walked.records[cookie]?.state)
                    #expect(
                        found.records[cookie]?.owner.startTicks
                            == walked.records[cookie]?.owner.startTicks)
                }
            }
        }
    }

    @Test func `names are escaped, in text; in JSON they are what they are`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let scene = try Scene(
                    "comm a%0ab%1b[1m udp4 bind 127.0.0.1 0 cookie one wait", in: cgroup)
                let port = "\(try scene.socket("one").port)"
                let text = try netctl("sockets", "--port", port).stdout
                #expect(text.contains("owner a\\nb\\x1b[1m["))
                #expect(text.split(separator: "\n").count == 1)
                let json = try netctl("sockets", "--port", port, "-o", "json").stdout
                #expect(json.contains(#""comm":"a\nb\u001b[1m""#))
            }
        }
    }

    @Test func `bad input is refused`() async throws {
        try await withSandbox {
            #expect(try netctl("sockets", "--port", "70000").status == 2)
            #expect(try netctl("sockets", "--cgroup", "system.slice").status == 2)
            let netns = try netctl("sockets", "--netns", "none-such")
            #expect(netns.status == 1 && netns.stderr.contains("no network namespace 'none-such'"))
        }
    }
}

@Suite("Who holds a socket that an event is about")
struct SocketHoldersTests {
    private final class Looks {
        var scans: [SocketScan] = []
        var count = 0
    }

    private static func record(_ pid: UInt32, _ origin: SocketOrigin = .create) -> SocketRecord {
        var record = netctlSocket
        record.cookie = 7
        record.tgid = pid
        record.origin = UInt8(origin.abi.rawValue)
        return SocketRecord(record)
    }

    /// A scan that found processes to hold the socket.
    private static func scan(_ pids: [UInt32]) -> SocketScan {
        SocketScan(records: pids.map { record($0, .scan) })
    }

    private func owner(
        _ holders: SocketHolders, of pid: UInt32, at time: UInt64 = BootTime.now
    ) -> [String]? {
        holders.owner(of: Self.record(pid), at: time).map {
            ["\($0.owner.pid)", $0.origin.rawValue]
        }
    }

    @Test func `who was seen, if he holds it or nobody does`() {
        #expect(owner(SocketHolders { Self.scan([9, 4]) }, of: 4) == ["4", "create"])
        #expect(owner(SocketHolders { Self.scan([]) }, of: 4) == ["4", "create"])
        #expect(owner(SocketHolders { nil }, of: 4) == ["4", "create"])
    }

    @Test func `descriptors are read anew for younger events, and not for older ones`() {
        let looks = Looks()
        let holders = SocketHolders {
            looks.count += 1
            return Self.scan([4])
        }
        let now = BootTime.now
        _ = owner(holders, of: 4, at: now)
        _ = owner(holders, of: 4, at: now)
        #expect(looks.count == 1)
        usleep(1000)
        _ = owner(holders, of: 4)
        #expect(looks.count == 2)
    }

    @Test func `who holds it, if who was seen does not; nobody, if he has ended`() {
        // Nobody that runs has the number and the start of the one that holds it.
        #expect(owner(SocketHolders { Self.scan([9]) }, of: 4) == nil)
    }
}
