import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

@Suite("Links of a live namespace", .requiresRoot)
struct LinkTests {
    @Test("a veth end has its kind, MTU, address, peer and driver")
    func veth() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create(mtu: 1400)
            var socket = try NetlinkSocket()
            let link = try socket.link(named: "near0")
            #expect(link.index == pair.near.index)
            #expect(link.kind == "veth")
            #expect(link.driver == "veth")
            #expect(link.mtu == 1400)
            #expect(link.isUp && link.hasCarrier && !link.isLoopback)
            #expect(link.hardwareAddressText == pair.near.mac)
            #expect(link.peerIndex == pair.far.index)
            #expect(link.peerNamespaceID != nil)
            #expect(link.master == nil)
            #expect(link.xdp == nil)
            #expect(try socket.link(index: link.index) == link)
            #expect(try socket.links().map(\.name) == ["lo", "near0"])
        }
    }

    @Test("packets cross the pair, in both families")
    func crossing() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            for (near, far) in [
                (pair.near.ipv4, pair.far.ipv4), (pair.near.ipv6, pair.far.ipv6),
            ] {
                let receiver = try UDPSocket(bound: near, port: 5000)
                try pair.onFar {
                    try UDPSocket(bound: far).send(20, to: near, port: 5000)
                }
                #expect(receiver.receive(exactly: 20) == 20)
            }
        }
    }

    @Test("a bridge's port names its master; alternative names are found")
    func master() async throws {
        try await withNetworkNamespace {
            let long = "a-name-much-longer-than-15-bytes"
            try runChecked(["ip", "link", "add", "br0", "type", "bridge"])
            try runChecked(["ip", "link", "add", "d0", "master", "br0", "type", "veth"])
            try runChecked(["ip", "link", "property", "add", "dev", "d0", "altname", long])
            try runChecked(["ip", "link", "property", "add", "dev", "d0", "altname", "short"])
            var socket = try NetlinkSocket()
            let bridge = try socket.link(named: "br0")
            let port = try socket.link(named: "d0")
            #expect(port.master == bridge.index)
            #expect(port.kind == "veth")
            #expect(port.alternativeNames.sorted() == [long, "short"])
            #expect(try socket.link(named: long) == port)
            #expect(try socket.link(named: "short") == port)
        }
    }

    @Test("no such interface: the nearest name is offered")
    func missing() async throws {
        try await withNetworkNamespace {
            try runChecked(["ip", "link", "add", "uplink0", "type", "bridge"])
            var socket = try NetlinkSocket()
            let error = #expect(throws: NetlinkError.self) { try socket.link(named: "uplnk0") }
            #expect(error?.errno == .operationNotSupportedByDevice)
            #expect(
                error?.description == "find interface: uplnk0: no interface 'uplnk0' (ENODEV);"
                    + " did you mean 'uplink0'?")
            let other = #expect(throws: NetlinkError.self) { try socket.link(index: 4711) }
            #expect(
                other?.description
                    == "find interface: index 4711: no interface with index 4711 (ENODEV)")
            #expect(throws: NetlinkError.self) { try socket.link(named: "a b") }
            #expect(throws: NetlinkError.self) { try socket.link(index: 0) }
        }
    }

    @Test("a dump of 300 links is complete")
    func manyLinks() async throws {
        try await withNetworkNamespace {
            let directory = try TemporaryDirectory()
            let lines = (0..<150).map { "link add v\($0) type veth peer name w\($0)" }
            let file = try directory.write(lines.joined(separator: "\n") + "\n", to: "batch")
            try runChecked(["ip", "-batch", file])
            var socket = try NetlinkSocket()
            #expect(try socket.links().count == 301)
        }
    }

    @Test("a socket stays in the namespace where it was opened")
    func socketNamespace() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            let far = try NamespaceHandle.of(pair)
            var socket = try far.perform { try NetlinkSocket() }
            let link = try socket.link(named: "far0")
            #expect(link.index == pair.far.index)
            #expect(link.driver == "veth")
        }
    }
}

/// The far namespace, opened through its thread.
enum NamespaceHandle {
    static func of(_ pair: VethPair) throws -> NetworkNamespace.Handle {
        try NetworkNamespace.Handle.process(pair.farThreadID)
    }
}
