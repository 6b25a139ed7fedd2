import Testing

@testable import netctl_bench

/// What the commands print that are compared with, as they printed it.
@Suite("Readings")
struct ReadingTests {
    @Test("ip -statistics -json link show")
    func interface() throws {
        let text = """
            [{"ifindex":2,"link":"tx1","ifname":"rx1","flags":["UP"],"mtu":1500,
            "stats64":{"rx":{"bytes":6400,"packets":100,"errors":0,"dropped":0,"over_errors":0,
            "multicast":0},"tx":{"bytes":1,"packets":3,"errors":0,"dropped":0,"carrier_errors":0,
            "collisions":0}}}]
            """
        #expect(try InterfaceCounters.received(text) == 100)
        #expect(throws: BenchError.self) { try InterfaceCounters.received("[]") }
    }

    @Test("netctl stats -o json")
    func netctl() throws {
        let text = """
            {"version":1,"attachments":[{"interface":"rx1","verdicts":{"pass":{"packets":1,"bytes":9},
            "drop":{"packets":18446744073709551615,"bytes":0}}}]}
            """
        #expect(try NetctlCounters.dropped(text) == .max)
        #expect(throws: BenchError.self) {
            try NetctlCounters.dropped("{\"version\":1,\"attachments\":[]}")
        }
    }

    @Test("nft list counter")
    func nft() throws {
        let text = """
            table netdev bench {
            \tcounter dropped {
            \t\tpackets 100025 bytes 5001250
            \t}
            }
            """
        #expect(try PeerCounters.nft(text) == 100_025)
        #expect(throws: BenchError.self) { try PeerCounters.nft("table inet bench {\n}\n") }
    }

    @Test("xdp-filter status")
    func xdpFilter() throws {
        let text = """
            CURRENT XDP-FILTER STATUS:

            Aggregate per-action statistics:
              XDP_ABORTED                                   0 pkts           0 KiB
              XDP_DROP                              1,000,000 pkts       62500 KiB
              XDP_PASS                                      7 pkts           0 KiB
            """
        #expect(try PeerCounters.xdpFilter(text) == 1_000_000)
        #expect(throws: BenchError.self) { try PeerCounters.xdpFilter("No XDP program loaded") }
    }

    @Test("iptables -nvxL")
    func iptables() throws {
        let text = """
            Chain PREROUTING (policy ACCEPT 12 packets, 600 bytes)
                pkts      bytes target     prot opt in     out     source               destination
              100000  5000000 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            match-set block src
            """
        #expect(try PeerCounters.iptables(text) == 100_000)
        #expect(throws: BenchError.self) { try PeerCounters.iptables("Chain PREROUTING") }
    }
}
