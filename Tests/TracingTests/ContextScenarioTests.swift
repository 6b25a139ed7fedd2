import Foundation
import LinuxSystem
import TestSupport
import Testing

@testable import Tracing

/// Whose socket it is, over real sockets of real processes in cgroups and network namespaces. What is
/// true is told by the processes themselves: a socket's cookie, its port and their own number.
@Suite("Whose socket", .requiresRoot, .serialized)
struct ContextScenarioTests {
    /// What must be known of a socket that was told by `cookie WORD`.
    struct Expected: Sendable {
        /// The word.
        let socket: String
        /// The process that owns it: the one that said this word; nil: the one that told the cookie.
        var owner: String?
        /// The process that accepted it, where that is not the owner: what the kernel's functions tell,
        /// if they can be traced.
        var acceptor: String?
        let comm: String
        var origins: Set<SocketOrigin> = [.create]
        var state: SocketState?
        /// The cgroup that the owner is in, of those of the scene.
        var cgroup = "client"
        var uid: UInt32 = 0
        var isClosed = false
        var closedIn: SocketState?
        /// The process that called socket(); `-`: nobody that was seen.
        var creator: String?
        var isKnown = true
        /// What connects a datagram socket chooses its port behind the hook.
        var isPortSeen = true
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// Steps of a process in cgroup `server`.
        var server: String?
        /// Steps of a process in cgroup `client`; PORT is the server's.
        var client: String?
        /// What runs before there is a context.
        var older: Set<String> = []
        /// Ends the client before one looks.
        var endsClient = false
        let expected: [Expected]

        var testDescription: String { name }
    }

    private static func listener(_ proto: String, _ address: String, more: String = "") -> String {
        "comm srv \(proto) reuse bind \(address) 0 listen 8 cookie server \(more)"
    }

    private static let accepting = "accept cookie conn wait"

    private static func server(
        _ origins: Set<SocketOrigin> = [.create], state: SocketState? = .listen
    ) -> Expected {
        Expected(
            socket: "server", comm: "srv", origins: origins, state: state, cgroup: "server",
            creator: origins == [.scan] ? "-" : nil)
    }

    private static func connection(
        _ origins: Set<SocketOrigin> = [.inherit, .accept], owner: String? = nil,
        acceptor: String? = nil
    ) -> Expected {
        Expected(
            socket: "conn", owner: owner, acceptor: acceptor, comm: "srv", origins: origins,
            state: .established,
            cgroup: "server", creator: "-")
    }

    private static let connected = Expected(socket: "client", comm: "cli", state: .established)

    static let rows = [
        Row(
            name: "TCP, IPv4: both ends", server: listener("tcp4", "127.0.0.1", more: accepting),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [server(), connection(), connected]),
        Row(
            name: "TCP, IPv6: both ends", server: listener("tcp6", "::1", more: accepting),
            client: "comm cli tcp6 connect ::1 PORT cookie client wait",
            expected: [server(), connection(), connected]),
        Row(
            name: "an IPv4 client of a dual-stack listener",
            server: "comm srv tcp6 v6only 0 bind :: 0 listen 8 cookie server \(accepting)",
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [server(), connection(), connected]),
        Row(
            name: "an IPv6 socket that connects to a mapped IPv4 address",
            server: listener("tcp4", "127.0.0.1", more: accepting),
            client: "comm cli tcp6 connect ::ffff:127.0.0.1 PORT cookie client wait",
            expected: [server(), connection(), connected]),
        Row(
            name: "UDP, IPv4", server: "comm srv udp4 bind 127.0.0.1 0 cookie server wait",
            client: "comm cli udp4 send 127.0.0.1 PORT cookie client wait",
            expected: [server(state: nil), Expected(socket: "client", comm: "cli")]),
        Row(
            name: "UDP, IPv6", server: "comm srv udp6 bind ::1 0 cookie server wait",
            client: "comm cli udp6 send ::1 PORT cookie client wait",
            expected: [server(state: nil), Expected(socket: "client", comm: "cli")]),
        Row(
            name: "UDP, connected", server: "comm srv udp4 bind 127.0.0.1 0 cookie server wait",
            client: "comm cli udp4 connect 127.0.0.1 PORT write cookie client wait",
            expected: [Expected(socket: "client", comm: "cli", isPortSeen: false)]),
        Row(
            name: "a raw socket", client: "comm cli raw4 cookie client wait",
            expected: [Expected(socket: "client", comm: "cli")]),
        Row(
            name: "a raw socket, IPv6", client: "comm cli raw6 cookie client wait",
            expected: [Expected(socket: "client", comm: "cli")]),
        Row(
            name: "a socket that does nothing", client: "comm cli tcp4 cookie client wait",
            expected: [Expected(socket: "client", comm: "cli")]),
        Row(
            name: "another user",
            client: "comm cli uid 1000 udp4 bind 127.0.0.1 0 cookie client wait",
            expected: [Expected(socket: "client", comm: "cli", uid: 1000)]),
        Row(
            name: "a name with a newline and an escape",
            client: "comm a%0ab%1b[31m udp4 bind 127.0.0.1 0 cookie client wait",
            expected: [Expected(socket: "client", comm: "a\nb\u{1b}[31m")]),
        Row(
            name: "a long name",
            client: "comm abcdefghijklmnopqrstuvwxyz udp4 cookie client wait",
            expected: [Expected(socket: "client", comm: "abcdefghijklmno")]),
        Row(
            name: "a server that forks before it accepts",
            server: listener("tcp4", "127.0.0.1", more: "say parent fork say child \(accepting)"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [
                Expected(
                    socket: "server", comm: "srv", state: .listen, cgroup: "server"),
                connection(owner: "parent", acceptor: "child"),
            ]),
        Row(
            name: "a server that forks after it accepted",
            server: listener("tcp4", "127.0.0.1", more: "say parent accept fork cookie conn wait"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [connection(owner: "parent")]),
        Row(
            name: "a child that binds what its parent made",
            client: "comm cli udp4 say parent fork bind 127.0.0.1 0 cookie client wait",
            expected: [
                Expected(socket: "client", comm: "cli", origins: [.bind], creator: "parent")
            ]),
        Row(
            name: "a child that connects what its parent made",
            server: listener("tcp4", "127.0.0.1", more: "wait"),
            client: "comm cli tcp4 say parent fork connect 127.0.0.1 PORT cookie client wait",
            expected: [
                Expected(
                    socket: "client", comm: "cli", origins: [.connect], state: .established,
                    creator: "parent")
            ]),
        Row(
            name: "a child that sends by what its parent made",
            client: "comm cli udp4 say parent fork send 127.0.0.1 9 cookie client wait",
            expected: [
                Expected(socket: "client", comm: "cli", origins: [.send], creator: "parent")
            ]),
        Row(
            name: "a socket passed to another process, which sends",
            client: "comm cli udp4 say parent pass send 127.0.0.1 9 cookie client wait",
            expected: [
                Expected(socket: "client", comm: "cli", origins: [.send], creator: "parent")
            ]),
        Row(
            name: "a socket passed to another process, which connects",
            server: listener("tcp4", "127.0.0.1", more: "wait"),
            client: "comm cli tcp4 say parent pass connect 127.0.0.1 PORT cookie client wait",
            expected: [
                Expected(
                    socket: "client", comm: "cli", origins: [.connect], state: .established,
                    creator: "parent")
            ]),
        Row(
            name: "a process that becomes another program, and connects",
            server: listener("tcp4", "127.0.0.1", more: "wait"),
            client: "comm old tcp4 exec new connect 127.0.0.1 PORT cookie client wait",
            expected: [Expected(socket: "client", comm: "new", state: .established)]),
        Row(
            name: "a UDP sender that ends at once",
            client: "comm cli udp4 send 127.0.0.1 9 cookie client wait", endsClient: true,
            expected: [Expected(socket: "client", comm: "cli", isClosed: true)]),
        Row(
            name: "a TCP client that ends at once",
            server: listener("tcp4", "127.0.0.1", more: "accept cookie conn close wait"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait", endsClient: true,
            expected: [Expected(socket: "client", comm: "cli", state: .close, isClosed: true)]),
        Row(
            name: "nobody listens",
            client: "comm cli tcp4 connect 127.0.0.1 1 cookie client close udp4 wait",
            expected: [
                Expected(
                    socket: "client", comm: "cli", state: .close, isClosed: true,
                    closedIn: .synSent)
            ]),
        Row(
            name: "nobody listens, IPv6",
            client: "comm cli tcp6 connect ::1 1 cookie client close udp4 wait",
            expected: [
                Expected(
                    socket: "client", comm: "cli", state: .close, isClosed: true,
                    closedIn: .synSent)
            ]),
        Row(
            name: "a connection that is reset",
            server: listener("tcp4", "127.0.0.1", more: "accept cookie conn reset udp4 wait"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [
                Expected(
                    socket: "conn", comm: "srv", origins: [.inherit, .accept], state: .close,
                    cgroup: "server", isClosed: true, closedIn: .established, creator: "-")
            ]),
        Row(
            name: "a connection in TIME_WAIT",
            server: listener("tcp4", "127.0.0.1", more: "accept read wait"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client close udp4 wait",
            expected: [Expected(socket: "client", comm: "cli", state: .close, isClosed: true)]),
        Row(
            name: "a connection that nobody has accepted",
            server: listener("tcp4", "127.0.0.1", more: "wait"),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            expected: [server(), connected]),
        Row(
            name: "a listener that is older than the context, and a new connection",
            server: listener("tcp4", "127.0.0.1", more: accepting),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait", older: ["server"],
            expected: [server([.scan]), connection(), connected]),
        Row(
            name: "an IPv6 listener that is older",
            server: listener("tcp6", "::1", more: accepting),
            client: "comm cli tcp6 connect ::1 PORT cookie client wait", older: ["server"],
            expected: [server([.scan]), connection(), connected]),
        Row(
            name: "both ends are older than the context",
            server: listener("tcp4", "127.0.0.1", more: accepting),
            client: "comm cli tcp4 connect 127.0.0.1 PORT cookie client wait",
            older: ["server", "client"],
            expected: [
                server([.scan]), connection([.scan]),
                Expected(
                    socket: "client", comm: "cli", origins: [.scan], state: .established,
                    creator: "-"),
            ]),
        Row(
            name: "a UDP socket that is older",
            client: "comm cli udp4 bind 127.0.0.1 0 cookie client wait", older: ["client"],
            expected: [
                Expected(socket: "client", comm: "cli", origins: [.scan], creator: "-")
            ]),
        Row(
            name: "a socket that is older and not bound",
            client: "comm cli udp6 cookie client wait", older: ["client"],
            expected: [
                Expected(socket: "client", comm: "cli", origins: [.scan], creator: "-")
            ]),
        Row(
            name: "an older socket of a process that has ended before the context",
            client: "comm cli udp4 cookie client wait", older: ["client"], endsClient: true,
            expected: [Expected(socket: "client", comm: "cli", isKnown: false)]),
    ]

    @Test(arguments: rows) func owner(row: Row) async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let places = [
                    "server": try cgroup.child("server"), "client": try cgroup.child("client"),
                ]
                try Self.play(row, in: places)
            }
        }
    }

    private static func play(_ row: Row, in places: [String: TestCgroup]) throws {
        var context = row.older.isEmpty ? try SocketContext() : nil
        var scenes: [String: Scene] = [:]
        if let server = row.server {
            // One that accepts is not ready before its client is.
            scenes["server"] = try Scene(server, in: places["server"], until: "server ")
            if row.older == ["server"] { context = try SocketContext() }
        }
        if let client = row.client {
            let port = try scenes["server"].map { "\(try $0.socket("server").port)" }
            scenes["client"] = try Scene(
                client.replacing("PORT", with: port ?? "1"), in: places["client"])
        }
        try scenes["server"]?.wait(for: "ready\n")
        if row.endsClient { scenes["client"]?.end() }
        let looked = try context ?? SocketContext()
        #expect(looked.imported == .iterator)
        for expected in row.expected { try check(expected, looked, scenes, places) }
    }

    private static func check(
        _ expected: Expected, _ context: SocketContext, _ scenes: [String: Scene],
        _ places: [String: TestCgroup]
    ) throws {
        func pid(_ word: String) throws -> Int32 {
            for scene in scenes.values { if let pid = try? scene.pid(word) { return pid } }
            throw SceneError(description: "nobody said '\(word)'")
        }
        let told = try #require(scenes.values.compactMap { try? $0.socket(expected.socket) }.first)
        var found = try context.record(of: told.cookie)
        // What packets do to a connection comes a moment after what the process did.
        for _ in 0..<200 {
            let isAsWanted =
                (expected.state == nil || found?.state == expected.state)
                && (found?.closed != nil) == expected.isClosed
            if isAsWanted { break }
            usleep(10_000)
            found = try context.record(of: told.cookie)
        }
        guard expected.isKnown else {
            #expect(found == nil)
            return
        }
        let record = try #require(found, "\(expected.socket) is unknown")
        let owner = record.owner
        let word = (record.origin == .accept ? expected.acceptor : nil) ?? expected.owner
        #expect(owner.pid == (try word.map(pid) ?? told.pid))
        #expect(owner.comm == expected.comm)
        #expect(owner.uid == expected.uid)
        #expect(expected.origins.contains(record.origin), "\(record.origin)")
        let cgroup = try #require(places[expected.cgroup]).path
        #expect(CgroupNames().place(of: owner)?.path == cgroup)
        #expect(record.netns == (try NetworkNamespace.current.inode))
        if let state = expected.state { #expect(record.state == state) }
        #expect((record.closed != nil) == expected.isClosed)
        if let closedIn = expected.closedIn { #expect(record.closedIn == closedIn) }
        if told.port != 0 { #expect(record.local.port == (expected.isPortSeen ? told.port : 0)) }
        switch expected.creator {
        case nil: #expect(record.creator == told.pid)
        case "-": #expect(record.creator == nil)
        case let word?: #expect(record.creator == (try pid(word)))
        }
    }
}
