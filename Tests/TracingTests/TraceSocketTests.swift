import Glibc
import LinuxSystem
import NetTypes
import SystemPackage
import TestSupport
import Testing

@testable import Tracing

/// Traces of connections that the test itself makes, so that it knows whose they are.
@Suite(.requiresRoot, .serialized) struct TraceSocketTests {
    /// Loopback of either family.
    private static let hosts = [IPAddress("127.0.0.1"), IPAddress("::1")].compactMap(\.self)

    /// What a trace has seen of one network namespace while `body` ran in it.
    private func trace(
        _ subject: TraceSubject, until count: Int, _ body: @Sendable @escaping () throws -> Void
    ) async throws -> [TracedSocket] {
        try await withNetworkNamespace {
            let netns = try NetworkNamespace.current.inode
            let session = try TraceSession(subject)
            try body()
            var seen: [TracedSocket] = []
            let deadline = ContinuousClock.now + .seconds(20)
            while seen.count < count, ContinuousClock.now < deadline {
                try session.wait(milliseconds: 50)
                try session.drain { event in
                    if case .socket(let socket) = event, socket.netns == netns {
                        seen.append(socket)
                    }
                }
            }
            #expect(try session.lost == 0)
            return seen
        }
    }

    /// A network on which a host has an address and never answers.
    private static func makeSilentNetwork(_ own: String, of host: IPAddress) throws {
        try runChecked(["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"])
        try runChecked(["ip", "link", "set", "v0", "up"])
        try runChecked(["ip", "link", "set", "v1", "up"])
        let isIPv6 = own.contains("::")
        try runChecked(["ip", "addr", "add", own, "dev", "v0"] + (isIPv6 ? ["nodad"] : []))
        try runChecked([
            "ip", "neigh", "add", "\(host)", "lladdr", "02:00:00:00:00:09", "dev", "v0",
        ])
    }

    @Test(arguments: hosts) func `connect names who called it`(host: IPAddress) async throws {
        let port = Shared<UInt16>(0)
        let seen = try await trace(.connect, until: 2) {
            let listener = try TCPSocket.listening(on: host)
            port.value = try listener.port
            let client = try TCPSocket(like: host)
            #expect(client.connect(to: host, port: port.value) == 0)
            let taken = try listener.accept()
            withExtendedLifetime((taken, listener)) {}
            // Port 1 has no listener in a namespace of one's own.
            let refused = try TCPSocket(like: host)
            #expect(refused.connect(to: host, port: 1) == ECONNREFUSED)
        }
        #expect(seen.count == 2)
        for (socket, failed) in zip(seen, [false, true]) {
            guard case .connect(let outcome, let duration) = socket.change else {
                Issue.record("\(socket)")
                continue
            }
            #expect(outcome == (failed ? .failed(.connectionRefused) : .established))
            #expect(duration > 0)
            #expect(socket.remote.address == host && socket.local.address == host)
            #expect(socket.remote.port == (failed ? 1 : port.value))
            #expect(socket.local.port != 0)
            let owner = try #require(socket.owner)
            #expect(owner.process.pid == getpid())
            #expect(owner.process.uid == getuid())
            #expect(owner.how == .task && owner.origin == .connect)
        }
    }

    @Test func `a connection that is given up`() async throws {
        let host = try #require(IPAddress("192.0.2.9"))
        let seen = try await trace(.connect, until: 1) {
            try Self.makeSilentNetwork("192.0.2.1/24", of: host)
            let client = try TCPSocket(like: host, isNonBlocking: true)
            #expect(client.connect(to: host, port: 80) == EINPROGRESS)
        }
        guard case .connect(.abandoned, _)? = seen.first?.change else {
            Issue.record("\(seen)")
            return
        }
    }

    @Test(arguments: hosts) func `accept names who owns the listener`(host: IPAddress) async throws
    {
        let ports = Shared<(UInt16, UInt16)>((0, 0))
        let seen = try await trace(.accept, until: 1) {
            let listener = try TCPSocket.listening(on: host)
            let client = try TCPSocket(like: host)
            #expect(client.connect(to: host, port: try listener.port) == 0)
            ports.value = (try listener.port, try client.port)
            let taken = try listener.accept()
            withExtendedLifetime((taken, client)) {}
        }
        let socket = try #require(seen.first)
        #expect(seen.count == 1 && socket.change == .accept)
        #expect(socket.local.port == ports.value.0 && socket.remote.port == ports.value.1)
        #expect(socket.local.address == host)
        let owner = try #require(socket.owner)
        #expect(owner.process.pid == getpid())
        // Where the kernel lets programs see who accepts, they may have been there first.
        #expect([.inherit, .accept].contains(owner.origin))
    }

    @Test(arguments: hosts) func `closing a connection that waits to end is no change of its state`(
        host: IPAddress
    ) async throws {
        let port = Shared<UInt16>(0)
        let seen = try await trace(.state, until: 9) {
            let listener = try TCPSocket.listening(on: host)
            port.value = try listener.port
            var client: TCPSocket? = try TCPSocket(like: host)
            #expect(client?.connect(to: host, port: port.value) == 0)
            let server = try listener.accept()
            // Nobody reads: behind what is sent the FIN waits, too.
            try client?.sendUntilFull()
            shutdown(client?.descriptor ?? -1, Int32(SHUT_WR))
            client = nil
            withExtendedLifetime(server) {}
        }
        let client = seen.filter { $0.remote.port == port.value }.compactMap(\.stateChange)
        #expect(client.map(\.new) == [.synSent, .established, .finWait1, .close])
    }

    @Test(arguments: hosts) func `states of a connection from beginning to end`(
        host: IPAddress
    ) async throws {
        let port = Shared<UInt16>(0)
        let seen = try await trace(.state, until: 12) {
            let listener = try TCPSocket.listening(on: host)
            port.value = try listener.port
            let client = try TCPSocket(like: host)
            #expect(client.connect(to: host, port: port.value) == 0)
            let server = try listener.accept()
            try client.send(1000)
            try server.receive(1000)
            shutdown(client.descriptor, Int32(SHUT_RDWR))
            withExtendedLifetime((client, server)) {}
        }
        let client = seen.filter { $0.remote.port == port.value }.compactMap(\.stateChange)
        #expect(
            client.map(\.new) == [
                .synSent, .established, .finWait1, .finWait2, .close,
            ])
        #expect(client.dropFirst().allSatisfy { $0.duration != nil })
        let end = try #require(client.last?.end)
        #expect(end.bytesSent == 1000)
        #expect(end.lifetime != nil)
        let server = seen.filter { $0.local.port == port.value }.compactMap(\.stateChange)
        #expect(server.map(\.new).contains(.listen))
        let child = server.drop { $0.new != .synReceived }.filter {
            $0.old != .listen || $0.new != .close
        }
        #expect(child.map(\.new) == [.synReceived, .established, .closeWait, .lastAck, .close])
    }

    @Test(arguments: hosts) func `resets, sent and received`(host: IPAddress) async throws {
        let ports = Shared<(UInt16, UInt16)>((0, 0))
        // Before Linux 6.10, which names reasons, the kernel does not tell of what it sends without a socket.
        let tellsAll = ResetReasons().name(0) != nil
        let seen = try await trace(.rst, until: tellsAll ? 4 : 3) {
            let refused = try TCPSocket(like: host)
            #expect(refused.connect(to: host, port: 1) == ECONNREFUSED)
            let listener = try TCPSocket.listening(on: host)
            let client = try TCPSocket(like: host)
            #expect(client.connect(to: host, port: try listener.port) == 0)
            ports.value = (try listener.port, try client.port)
            let server = try listener.accept()
            try server.resetOnClose()
            withExtendedLifetime(client) {}
            withExtendedLifetime(server) {}
        }
        #expect(seen.count == (tellsAll ? 4 : 3))
        let noListener = seen.filter { $0.local.port == 1 || $0.remote.port == 1 }
        #expect(noListener.count == (tellsAll ? 2 : 1))
        #expect(noListener.allSatisfy { $0.local.address == host && $0.remote.address == host })
        if tellsAll {
            let sent = try #require(noListener.first { $0.local.port == 1 })
            guard case .resetSent(nil, let reason) = sent.change else {
                Issue.record("\(sent)")
                return
            }
            #expect(sent.owner == nil)
            #expect(ResetReasons().name(reason) == "NO_SOCKET")
        }
        let other = seen.filter { $0.local.port != 1 && $0.remote.port != 1 }
        let (server, client) = ports.value
        #expect(other.contains { $0.local.port == server && $0.remote.port == client })
        #expect(other.contains { $0.local.port == client && $0.remote.port == server })
        for socket in other { #expect(socket.owner?.process.pid == getpid(), "\(socket)") }
    }

    @Test(arguments: ["192.0.2", "2001:db8::"]) func `retransmits of a handshake`(
        network: String
    ) async throws {
        let isIPv4 = network.contains(".")
        let host = try #require(IPAddress(isIPv4 ? "192.0.2.9" : "2001:db8::9"))
        // Open as long as the trace waits: a busy kernel may leave out the first retransmit, after a second.
        let client = Shared<TCPSocket?>(nil)
        let seen = try await trace(.retransmit, until: 1) {
            try Self.makeSilentNetwork(isIPv4 ? "192.0.2.1/24" : "2001:db8::1/64", of: host)
            let socket = try TCPSocket(like: host, isNonBlocking: true)
            #expect(socket.connect(to: host, port: 80) == EINPROGRESS)
            client.value = socket
        }
        client.value = nil
        let socket = try #require(seen.first)
        #expect(socket.change == .retransmit(.synSent))
        #expect(socket.remote == SocketRecord.Endpoint(address: host, port: 80))
        #expect(socket.owner?.process.pid == getpid())
    }
}

extension TracedSocket {
    fileprivate var stateChange: StateChange? {
        if case .state(let change) = self.change { change } else { nil }
    }
}

/// A value that a closure hands out.
private final class Shared<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
}
