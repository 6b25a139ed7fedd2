import TestSupport
import Testing

/// The test kit's own tests have no target of their own.
@Suite("Tun devices")
struct TunDeviceTests {
    @Test(
        "a tun device's packets are IP packets", .requiresRoot,
        .enabled(if: TunDevice.isAvailable, "needs /dev/net/tun"))
    func tun() async throws {
        try await withNetworkNamespace {
            let tun = try TunDevice(name: "t0")
            try runChecked(["ip", "address", "add", "10.9.0.1/24", "dev", "t0"])
            let socket = try UDPSocket(bound: "10.9.0.1")
            let packet = Packet.ipv4(src: "10.9.0.2", dst: "10.9.0.1")
                .udp(dport: socket.port, payload: [1, 2])
            try tun.send(packet.bytes)
            #expect(socket.receive(within: .seconds(2)) == [1, 2])
            try socket.send(to: "10.9.0.2", port: 7, payload: [3])
            // IPv6 may have said something before.
            var sent: [UInt8]?
            repeat { sent = tun.receive(within: .seconds(2)) } while sent.map { $0[0] >> 4 } == 6
            #expect(sent?.prefix(1) == [0x45])
            #expect(sent?.suffix(1) == [3])
        }
    }
}
