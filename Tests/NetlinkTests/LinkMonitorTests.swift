import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

@Suite("Links that are watched", .requiresRoot)
struct LinkMonitorTests {
    /// What is said of links is there when the command that changed them has ended.
    private static func ip(_ words: String...) throws { try runChecked(["ip", "link"] + words) }

    @Test("one that comes, is renamed, goes is told; one that goes up and down is not")
    func links() async throws {
        try await withNetworkNamespace {
            let monitor = try LinkMonitor()
            #expect(!monitor.drain())
            try Self.ip("add", "br0", "type", "bridge")
            #expect(monitor.drain() && !monitor.drain())
            for state in ["up", "down", "up"] { try Self.ip("set", "br0", state) }
            try Self.ip("set", "br0", "mtu", "1400")
            #expect(!monitor.drain())
            // A port that comes and goes is told by the bridge, too, in messages of the same types.
            try Self.ip("add", "v0", "type", "veth", "peer", "name", "v1")
            #expect(monitor.drain())
            try Self.ip("set", "v0", "master", "br0")
            try Self.ip("set", "v0", "nomaster")
            #expect(!monitor.drain())
            try Self.ip("set", "br0", "down")
            try Self.ip("set", "br0", "name", "br1")
            #expect(monitor.drain())
            try Self.ip("delete", "br1")
            #expect(monitor.drain() && !monitor.drain())
        }
    }

    @Test("a clsact qdisc that is removed is told, one that is added is not")
    func qdiscs() async throws {
        try await withNetworkNamespace {
            try Self.ip("add", "br0", "type", "bridge")
            let monitor = try LinkMonitor()
            try runChecked(["tc", "qdisc", "add", "dev", "br0", "clsact"])
            #expect(!monitor.drain())
            try runChecked(["tc", "qdisc", "delete", "dev", "br0", "clsact"])
            #expect(monitor.drain())
        }
    }

    @Test("an XDP program that somebody attaches or removes is told")
    func xdp() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            let monitor = try LinkMonitor()
            let program = try XDPProgram.load(returning: 2, name: "pass")
            var socket = try NetlinkSocket()
            try socket.setXDP(
                interfaceIndex: pair.near.index, descriptor: program.rawValue, flags: [.generic])
            #expect(monitor.drain())
            try Self.ip("set", "near0", "xdpgeneric", "off")
            #expect(monitor.drain())
        }
    }

    @Test("of more than it has room for, a loss is told, and then what comes next")
    func loss() async throws {
        try await withNetworkNamespace {
            let monitor = try LinkMonitor()
            let batch = try TemporaryDirectory()
            let file = try batch.write(
                (0..<300).map { "link add br\($0) type bridge\n" }.joined(), to: "batch")
            try runChecked(["ip", "-batch", file])
            #expect(monitor.drain())
            #expect(!monitor.drain())
            try Self.ip("add", "last", "type", "bridge")
            #expect(monitor.drain())
        }
    }

    @Test("it stays in the namespace where it was made")
    func namespace() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            let monitor = try LinkMonitor()
            try pair.onFar { try Self.ip("add", "br0", "type", "bridge") }
            #expect(!monitor.drain())
        }
    }
}
