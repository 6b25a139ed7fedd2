import Glibc
import LinuxSystem
import NetTypes
import TestSupport
import Testing

@testable import Tracing

/// What a trace does with more than it can take, and with what nobody asked for.
@Suite(.requiresRoot, .serialized) struct TraceLoadTests {
    private static let host = IPAddress.v4(IPv4Address(bits: 0x7f00_0001))

    /// Connections to a port that nobody listens on, each refused at once.
    private static func refused(_ count: Int, port: UInt16 = 1) throws {
        for _ in 0..<count {
            let client = try TCPSocket(like: host)
            #expect(client.connect(to: host, port: port) == ECONNREFUSED)
        }
    }

    private static func drained(_ session: TraceSession) throws -> [TracedSocket] {
        var seen: [TracedSocket] = []
        try session.drain { if case .socket(let socket) = $0 { seen.append(socket) } }
        return seen
    }

    /// 12,000 connections while the reader sleeps; its buffer has room for less than a half.
    @Test func `shown and lost are all that was`() async throws {
        try await withNetworkNamespace {
            var filter = TraceFilter()
            filter.netns = try NetworkNamespace.current.inode
            let session = try TraceSession(.connect, filter: filter)
            try Self.refused(12_000)
            let shown = try Self.drained(session).count
            let lost = try session.lost
            #expect(UInt64(shown) + lost == 12_000)
            #expect(lost > 0 && shown > 1000)
            // Behind the flood it sees everything again.
            try Self.refused(10)
            #expect(try Self.drained(session).count == 10)
            #expect(try session.lost == lost)
        }
    }

    @Test func `the kernel leaves out what nobody asked for, and counts it`() async throws {
        try await withNetworkNamespace {
            let netns = try NetworkNamespace.current.inode
            var filter = TraceFilter()
            filter.netns = netns
            let all = try TraceSession(.connect, filter: filter)
            filter.ports = [PortRange(5, 7)].compactMap(\.self)
            let ports = try TraceSession(.connect, filter: filter)
            filter.ports = []
            filter.pids = [getpid()]
            let own = try TraceSession(.connect, filter: filter)
            filter.pids = [getpid() + 1]
            let others = try TraceSession(.connect, filter: filter)
            filter.pids = []
            filter.uids = [54_321]
            let users = try TraceSession(.connect, filter: filter)
            filter.uids = []
            filter.onlyEnds = true
            let ends = try TraceSession(.state, filter: filter)
            for port: UInt16 in [4, 5, 6, 7, 8] { try Self.refused(1, port: port) }
            #expect(try Self.drained(all).count == 5)
            #expect(try Self.drained(ports).map(\.remote.port) == [5, 6, 7])
            #expect(try ports.filtered >= 2)
            #expect(try Self.drained(own).count == 5)
            #expect(try Self.drained(others).isEmpty && others.filtered >= 5)
            #expect(try Self.drained(users).isEmpty && users.filtered >= 5)
            let closed = try Self.drained(ends)
            #expect(closed.count == 5)
            for socket in closed {
                guard case .state(let change) = socket.change else {
                    Issue.record("\(socket)")
                    continue
                }
                #expect(change.new == .close && change.end != nil)
            }
        }
    }

    @Test func `programs of one user`() throws {
        var filter = TraceFilter()
        filter.uids = [54_321]
        let session = try TraceSession(.exec, filter: filter)
        try runChecked(["/bin/true"])
        try runChecked(["setpriv", "--reuid", "54321", "/bin/true"])
        var runs: [TracedProcess] = []
        for _ in 0..<200 where runs.isEmpty {
            try session.wait(milliseconds: 10)
            try session.drain { event in
                guard case .process(let process) = event, case .exec = process.change else {
                    return
                }
                runs.append(process)
            }
        }
        #expect(runs.map(\.process.comm) == ["true"] && runs.map(\.process.uid) == [54_321])
        #expect(try session.filtered > 0)
    }
}
