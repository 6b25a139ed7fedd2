import Foundation
import NetTypes
import TestSupport
import Testing

@testable import netctl_bench

/// Lists and packets are what the numbers are about: they must be what they say.
@Suite("Workload")
struct WorkloadTests {
    @Test("hits are inside of a set, misses are not", arguments: [1, 100, 3000])
    func randomSet(count: Int) {
        var set = RandomSet.ipv4(count, seed: 7)
        #expect(set.prefixes.count == count)
        #expect(Set(set.prefixes).count == count)
        let inside = { (address: IPv4Address) in set.prefixes.contains { $0.contains(address) } }
        #expect(set.hits(200).allSatisfy(inside))
        #expect(!set.misses(200).contains(where: inside))
    }

    @Test("IPv6 sets are global unicast")
    func ipv6() {
        var set = RandomSet.ipv6(500, seed: 3)
        let addresses = set.hits(100) + set.misses(100)
        #expect(addresses.allSatisfy { $0.bits >> 125 == 1 })
        #expect(
            !set.misses(100).contains { address in
                set.prefixes.contains { $0.contains(address) }
            })
    }

    @Test("no prefix of a list is inside another, also when it has changed")
    func disjoint() throws {
        let folder = URL(filePath: "/nonexistent")
        let list = try BlockList(count: 20000, seed: 5, in: folder)
        let changed = list.changed(seed: 9)
        for prefixes in [list.prefixes, changed.prefixes] {
            #expect(prefixes.count == 20000)
            let sorted = prefixes.sorted()
            #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.lastAddress < $1.address })
        }
        let common = Set(list.prefixes).intersection(changed.prefixes)
        #expect(common.count == 19800, "one in a hundred is another")
        let stranger = changed.stranger(seed: 1)
        #expect(!changed.prefixes.contains { $0.contains(stranger) })
    }

    @Test("a list's sources are inside of it, or its own addresses")
    func sources() throws {
        let list = try BlockList(count: 50, seed: 5, in: URL(filePath: "/nonexistent"))
        #expect(
            list.sources(500, seed: 1).allSatisfy { source in
                list.prefixes.contains { $0.contains(source) }
            })
        let own = Set(list.prefixes.map(\.address))
        #expect(list.sources(500, seed: 1, exact: true).allSatisfy(own.contains))
    }

    @Test("the generator's checksum is that of RFC 1071")
    func checksum() {
        var frame = [UInt8](repeating: 0, count: 14)
        // The example that everybody uses: 45 00 00 73 … b861.
        frame += [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xC0, 0xA8, 0, 1, 0xC0, 0xA8, 0,
            0xC7,
        ]
        #expect(Generator.checksum(frame) == 0xB861)
    }

    @Test("the bytes of a flow, put into the template, are its frame")
    func flowBytes() throws {
        let rules = try RandomRules(count: 20, flows: 64, seed: 4).flows
        var set = RandomSet.ipv6(10, seed: 2)
        for flows in [rules, set.hits(64).map { Flow(from: .v6($0)) }] {
            let first = try #require(flows.first)
            let bytes = FlowBytes(first)
            let packed = bytes.pack(flows)
            #expect(packed.count == flows.count * bytes.words)
            for (number, flow) in flows.enumerated() {
                var frame = bytes.template(first)
                let words = packed[number * bytes.words..<(number + 1) * bytes.words]
                let patch = words.flatMap { word in (0..<8).map { UInt8(word >> ($0 * 8) & 255) } }
                frame.replaceSubrange(bytes.first..<bytes.first + patch.count, with: patch)
                // Behind the ports a datagram has what the programs do not read.
                let compared = bytes.first + bytes.words * 8
                #expect(frame.prefix(compared) == flow.frame.prefix(compared))
                #expect(frame.count == flow.frame.count)
            }
        }
    }
}
