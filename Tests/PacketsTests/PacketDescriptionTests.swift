import TestSupport
import Testing

@Suite("Packet descriptions")
struct PacketDescriptionTests {
    private func frame(_ describe: (inout PacketDescription) -> Void) throws -> [UInt8] {
        var description = PacketDescription()
        describe(&description)
        return try description.frame()
    }

    @Test("what is not said is filled in")
    func defaults() throws {
        #expect(
            try frame { $0.dport = 23 }
                == Packet.ethernet().ipv4(src: "192.0.2.1", dst: "192.0.2.2")
                .tcp(sport: 40000, dport: 23, flags: .syn).bytes)
        #expect(
            try frame { $0.proto = .icmpv6 }
                == Packet.ethernet().ipv6(src: "2001:db8::1", dst: "2001:db8::2").icmpv6().bytes)
        #expect(
            try frame { $0.dst = IPAddress("2001:db8::9") }
                == Packet.ethernet().ipv6(src: "2001:db8::1", dst: "2001:db8::9").raw([]).bytes)
    }

    @Test("every key is in the frame")
    func keys() throws {
        let voice = try frame {
            $0.proto = .udp
            $0.dscp = 46
            $0.ttl = 3
            $0.vlan = 7
            $0.length = 100
            $0.fragment = true
        }
        let fields = IPv4Fields(trafficClass: 46 << 2, flags: 1, timeToLive: 3)
        #expect(
            voice
                == Packet.ethernet(vlan: [7]).ipv4(src: "192.0.2.1", dst: "192.0.2.2", fields)
                .udp(sport: 40000, dport: 40001, payload: [UInt8](repeating: 0, count: 72)).bytes)
        let first = try frame {
            $0.extHeader = .routing
            $0.fragment = true
        }
        #expect(
            first
                == Packet.ethernet().ipv6(src: "2001:db8::1", dst: "2001:db8::2").routing()
                .fragment(more: true).raw([]).bytes)
        let message = PacketDescription.ICMPMessage(icmp: 8, icmpv6: 128)
        #expect(try frame { $0.icmpType = message }[23] == IPProtocol.icmp.number)
        #expect(
            try frame {
                $0.icmpType = message
                $0.family = .ipv6
            }[20] == IPProtocol.icmpv6.number)
        for header in ExtensionHeader.allCases {
            #expect(try frame { $0.extHeader = header }[20] == header.number)
        }
    }

    @Test("frames that are not IP")
    func others() throws {
        let arp = try frame {
            $0.family = .arp
            $0.src = IPAddress("192.0.2.7")
        }
        #expect(
            arp == Packet.ethernet().arp(sender: "192.0.2.7", target: "192.0.2.2").padded())
        let lldp = try frame { $0.etherType = EtherType(rawValue: 0x88cc) }
        #expect(lldp.count == 60 && lldp[12...13] == [0x88, 0xcc])
    }

    @Test("a contradiction names the key to blame")
    func conflict() {
        var description = PacketDescription()
        description.proto = .icmp
        description.sport = 53
        #expect {
            try description.frame()
        } throws: { error in
            (error as? PacketConflict)?.key == .sport
        }
    }

    @Test("hexadecimal as people paste it")
    func hexadecimal() throws {
        #expect(try Hexadecimal.parse("02:00 5E\n-ff") == [2, 0, 0x5e, 0xff])
        #expect(try Hexadecimal.parse("0x0a0b") == [10, 11])
        #expect(throws: Hexadecimal.Failure.oddDigits(count: 3)) { try Hexadecimal.parse("02 5") }
        #expect(throws: Hexadecimal.Failure.notADigit("x", position: 3)) {
            try Hexadecimal.parse("02 x5")
        }
        #expect(throws: Hexadecimal.Failure.empty) { try Hexadecimal.parse("0x") }
    }
}
