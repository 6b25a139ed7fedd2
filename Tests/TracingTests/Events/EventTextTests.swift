import Foundation
import NetTypes
import Policy
import PolicyCompiler
import SystemPackage
import Testing

@testable import Tracing

extension Event {
    /// A packet that a rule dropped.
    static func sample(
        from: EventOwner? = nil, to: EventOwner? = nil, hook: EventHook = .hook(.tcIngress),
        reason: String = "rule", rule: String? = "block-6666", location: String? = nil,
        suppressed: UInt64 = 0
    ) -> Event {
        Event(
            time: 1_000_000_000, hook: hook, verdict: .drop, reason: reason, rule: rule,
            isCounted: false, policy: "edge", interface: "eth1",
            netns: Netns(inode: 4_026_531_999, name: "blue"), cgroup: nil, location: location,
            packet: PacketFacts(
                etherType: 0x0800, proto: .tcp, tcpFlags: [.syn], icmp: nil, isFragment: false,
                length: 74),
            request: nil,
            source: Party(
                address: IPAddress("10.77.0.1"), port: 41738, cookie: 5, how: .skb, owner: from),
            destination: Party(
                address: IPAddress("10.77.0.2"), port: 6666, cookie: 0, how: nil, owner: to),
            suppressed: suppressed, bytes: [], hasEthernet: true, interfaceIndex: 3)
    }
}

@Suite struct EventTextTests {
    private let clock = EventClock(nanosecondsToBoot: 1_795_615_330_482_931_000)

    @Test func `a line says what, where, why and whose`() {
        let owner = EventOwner(
            pid: 27172, comm: "client", uid: 1000, cgroup: "/system.slice/demo.service",
            unit: "demo.service", container: nil, origin: "connect")
        let line = Event.sample(from: owner, suppressed: 7).line(clock)
        // The time of day is local.
        #expect(
            line.drop { $0 != " " }
                == " DROP tc-ingress eth1 netns blue rule block-6666 10.77.0.1:41738 > 10.77.0.2:6666 "
                + "tcp syn from client[27172] uid 1000 demo.service [skb, connect] (+7 suppressed)")
        let kernel = Event.sample(
            hook: .kernel, reason: "NEIGH_FAILED", rule: nil, location: "neigh_invalidate")
        #expect(
            kernel.line(clock).hasSuffix(
                "DROP kernel eth1 netns blue NEIGH_FAILED at neigh_invalidate "
                    + "10.77.0.1:41738 > 10.77.0.2:6666 tcp syn — no ARP or neighbour reply"))
    }

    @Test func `names with line ends and escape codes stay on the line`() {
        let owner = EventOwner(
            pid: 1, comm: "a\nb\u{1b}[2J\u{202e}", uid: 0, cgroup: "/x\ny", unit: nil,
            container: nil, origin: nil)
        let line = Event.sample(from: owner).line(clock)
        #expect(line.contains(#"from a\nb\x1b[2J\u{202e}[1] uid 0 /x\ny [skb]"#))
        #expect(!line.contains("\n") && !line.contains("\u{1b}"))
    }

    @Test func `JSON has every key, and null for what is unknown`() throws {
        let data = try JSONEncoder().encode(EventDocument(.sample(), clock))
        let object = try #require(
            JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "version", "time", "hook", "verdict", "rule", "reason", "counted", "policy",
                "interface", "netns", "cgroup", "proto", "ethertype", "tcp_flags", "icmp",
                "fragment", "length", "device", "at", "src", "dst", "suppressed",
            ])
        #expect(object["time"] as? String == "2026-11-25T14:02:11.482931Z")
        #expect(object["hook"] as? String == "tc-ingress")
        #expect(object["verdict"] as? String == "drop")
        #expect(object["cgroup"] is NSNull)
        let source = try #require(object["src"] as? [String: Any])
        #expect(source["ip"] as? String == "10.77.0.1")
        #expect(source["port"] as? Int == 41738)
        #expect(source["how"] as? String == "skb")
        #expect(source["pid"] is NSNull && source["origin"] is NSNull)
    }

    @Test func `a clock that is set moves what is printed`() {
        #expect(
            EventClock(nanosecondsToBoot: 0).timestamp(1_500_000) == "1970-01-01T00:00:00.001500Z")
        #expect(
            EventClock(nanosecondsToBoot: -5_000_000_000).timestamp(1)
                == "1970-01-01T00:00:00.000000Z")
    }

    @Test func `a function's code ends where the next name is`() {
        let text = """
            ffffffff81000000 T first_of_all
            ffffffff81000100 t first
            ffffffff81000180 D data
            ffffffff81000200 t last
            0000000000000000 t hidden
            0000000000000000 t hidden_too

            """
        #expect(
            KernelSymbols.code(of: "first", in: text)
                == 0xffff_ffff_8100_0100..<0xffff_ffff_8100_0180)
        for none in ["last", "hidden", "missing", "all", ""] {
            #expect(KernelSymbols.code(of: none, in: text) == nil)
        }
    }

    @Test func `addresses lead to the function that they are in`() {
        let symbols = KernelSymbols(
            text: """
                ffffffff81000000 T first
                ffffffff81000100 t second
                ffffffff81000180 D data
                ffffffffc0000000 t in_module\t[nft]
                """)
        #expect(symbols.name(at: 0xffff_ffff_8100_0000) == "first")
        #expect(symbols.name(at: 0xffff_ffff_8100_01ff) == "second")
        #expect(symbols.name(at: 0xffff_ffff_c000_0010) == "in_module")
        #expect(symbols.name(at: 0xffff_ffff_80ff_ffff) == nil)
        #expect(symbols.name(at: 0xffff_ffff_ffff_0000) == nil)
        #expect(KernelSymbols(text: "0000000000000000 T hidden").name(at: 16) == nil)
    }

    @Test func `reasons have the kernel's names`() {
        let reasons = DropReasons(enumerators: [
            0: "SKB_NOT_DROPPED_YET", 2: "SKB_DROP_REASON_NOT_SPECIFIED",
            3: "SKB_DROP_REASON_NO_SOCKET", 90: "SKB_DROP_REASON_MAX",
            0xffff_0000: "SKB_DROP_REASON_SUBSYS_MASK",
        ])
        #expect(reasons.names == [2: "NOT_SPECIFIED", 3: "NO_SOCKET"])
        #expect(reasons.number(of: "no-socket") == 3)
        #expect(reasons.number(of: "nothing") == nil)
        #expect(reasons.hidden == [2])
        #expect(reasons.name(of: 0x10001) == "REASON_0x10001")
        #expect(DropReasons(btf: "/nowhere").names.isEmpty)
    }
}
