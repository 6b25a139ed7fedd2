import Foundation
import Policy
import PolicyCompiler
import TestSupport
import Testing

/// The folder of real address lists; they are not part of the project.
private let lists = ProcessInfo.processInfo.environment["NETCTL_LISTS"]

@Suite("Real lists", .requiresRoot, .enabled(if: lists != nil, "NETCTL_LISTS names no folder"))
struct ListTests {
    @Test("threats-120k: 1,000 sampled members are dropped, 1,000 others pass")
    func threats() throws {
        let file = try #require(lists) + "/threats-120k.txt"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let members = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map(String.init)
        let source = PolicySource(
            path: "test.yaml",
            bytes: Array(
                """
                version: 1
                name: threats
                sets: { threats: { file: "\(file)" } }
                filters:
                  inbound:
                    default: pass
                    rules: [{ name: threats, match: { src: "@threats" }, action: drop }]
                """.utf8))
        let clock = ContinuousClock()
        let start = clock.now
        let result = PolicyReader.read([source]) { _ in Array(bytes) }
        let read = clock.now
        let filter = try LoadedFilter(#require(result.policy, "\(result.diagnostics)"))
        let loaded = clock.now
        print(
            "threats-120k.txt: \(members.count) addresses, read in \(read - start), "
                + "compiled and loaded in \(loaded - read)")

        let known = Set(members)
        for index in 0..<1000 {
            let address = members[index * (members.count / 1000)]
            let packet = Packet.ethernet().ipv4(src: address).udp()
            #expect(try filter.judge(packet) == .drop(rule: "threats"), "\(address)")
        }
        // Neighbours of members: what a wrong prefix length would take along.
        var others = 0
        for address in members where others < 1000 {
            var parts = address.split(separator: ".").compactMap { Int($0) }
            parts[3] ^= 1
            let neighbour = parts.map(String.init).joined(separator: ".")
            guard !known.contains(neighbour) else { continue }
            others += 1
            let packet = Packet.ethernet().ipv4(src: neighbour).udp()
            #expect(try filter.judge(packet) == .pass(.default), "\(neighbour)")
        }
        #expect(others == 1000)
    }
}
