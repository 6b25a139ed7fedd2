import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

@Suite("XDP by netlink", .requiresRoot)
struct XDPTests {
    @Test("attach, read, replace with expectation, remove", arguments: [XDPFlags.native, .generic])
    func lifeCycle(flags: XDPFlags) async throws {
        try await withNetworkNamespace {
            let index = try VethPair.create().near.index
            let first = try XDPProgram.load()
            let second = try XDPProgram.load()
            var socket = try NetlinkSocket()
            try socket.setXDP(interfaceIndex: index, descriptor: first.rawValue, flags: flags)
            let state = try #require(try socket.link(index: index).xdp)
            #expect(state.mode == (flags == .native ? .native : .generic))
            #expect(state.programs.count == 1)
            #expect(state.program ?? 0 > 0)

            let busy = #expect(throws: NetlinkError.self) {
                try socket.setXDP(
                    interfaceIndex: index, descriptor: second.rawValue,
                    flags: flags.union(.onlyIfNone))
            }
            #expect(busy?.errno == .resourceBusy)
            #expect(busy?.extack != nil)
            #expect(throws: NetlinkError.self) {
                try socket.setXDP(
                    interfaceIndex: index, descriptor: first.rawValue, flags: flags,
                    expected: second.rawValue)
            }
            try socket.setXDP(
                interfaceIndex: index, descriptor: second.rawValue, flags: flags,
                expected: first.rawValue)
            #expect(try socket.link(index: index).xdp?.program != state.program)

            try socket.setXDP(interfaceIndex: index, descriptor: nil, flags: flags)
            #expect(try socket.link(index: index).xdp == nil)
        }
    }

    @Test("the kernel says why native mode is refused")
    func refusal() async throws {
        try await withNetworkNamespace {
            try runChecked(["ip", "link", "add", "br0", "type", "bridge"])
            let index = try interfaceIndex("br0")
            let program = try XDPProgram.load()
            var socket = try NetlinkSocket()
            let error = #expect(throws: NetlinkError.self) {
                try socket.setXDP(
                    interfaceIndex: index, descriptor: program.rawValue, flags: .native)
            }
            #expect(
                error?.extack == "Underlying driver does not support XDP in native mode")
        }
    }

    @Test("veth refuses native XDP at a peer MTU over a page, with a sentence")
    func mtu() async throws {
        try await withNetworkNamespace {
            let index = try VethPair.create(mtu: 9000).near.index
            let program = try XDPProgram.load()
            var socket = try NetlinkSocket()
            let error = #expect(throws: NetlinkError.self) {
                try socket.setXDP(
                    interfaceIndex: index, descriptor: program.rawValue, flags: .native)
            }
            #expect(error?.extack?.contains("MTU") == true)
        }
    }
}
