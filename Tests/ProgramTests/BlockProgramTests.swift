import NetTypes
import NetctlABI
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// The block list in the real program of every hook: where it stands, and what it finds.
@Suite("Block list in programs", .requiresRoot)
struct BlockProgramTests {
    /// A sentence, a block list, a packet, and whether the list drops it.
    struct Row: Sendable, CustomTestStringConvertible {
        let sentence: String
        var blocked: [String] = []
        var expired: [String] = []
        let frame: [UInt8]
        let reason: Reason
        var testDescription: String { sentence }
    }

    private static let ipv4 = Packet.ethernet().ipv4(src: "8.0.2.1", dst: "8.0.2.1")
    private static let udp4 = ipv4.udp(payload: .init(repeating: 0, count: 20)).bytes
    private static let ipv6 = Packet.ethernet().ipv6(src: "2001:db8::7", dst: "2001:db8::7")
    private static let udp6 = ipv6.udp(payload: .init(repeating: 0, count: 20)).bytes

    /// A header of UDP that says it is one of TCP: too short for that.
    private static let shortTCP: [UInt8] = {
        var frame = ipv4.udp(payload: .init(repeating: 0, count: 4)).bytes
        frame[23] = 6
        return frame
    }()

    static let rows = [
        Row(sentence: "an empty list blocks nothing", frame: udp4, reason: .rule),
        Row(
            sentence: "an address is blocked before a rule passes it", blocked: ["8.0.2.1"],
            frame: udp4, reason: .block),
        Row(sentence: "its neighbour is not", blocked: ["8.0.2.0"], frame: udp4, reason: .rule),
        Row(sentence: "a network is", blocked: ["8.0.0.0/16"], frame: udp4, reason: .block),
        Row(sentence: "all of IPv4 is", blocked: ["0.0.0.0/0"], frame: udp4, reason: .block),
        Row(sentence: "and that is no IPv6", blocked: ["0.0.0.0/0"], frame: udp6, reason: .rule),
        Row(sentence: "all of IPv6 is no IPv4", blocked: ["::/0"], frame: udp4, reason: .rule),
        Row(sentence: "all of IPv6", blocked: ["::/0"], frame: udp6, reason: .block),
        Row(sentence: "an address of IPv6", blocked: ["2001:db8::7"], frame: udp6, reason: .block),
        Row(sentence: "a /64", blocked: ["2001:db8::/64"], frame: udp6, reason: .block),
        Row(sentence: "a /65", blocked: ["2001:db8::/65"], frame: udp6, reason: .block),
        Row(sentence: "a /63", blocked: ["2001:db8::/63"], frame: udp6, reason: .block),
        Row(
            sentence: "the other half of a /127", blocked: ["2001:db8::4/127"], frame: udp6,
            reason: .rule),
        Row(
            sentence: "an entry that has expired blocks nothing", expired: ["8.0.2.1"],
            frame: udp4, reason: .rule),
        Row(
            sentence: "nor does it hide a shorter one", blocked: ["8.0.0.0/8"],
            expired: ["8.0.2.1", "8.0.2.0/24"], frame: udp4, reason: .block),
        Row(
            sentence: "every length at once, the shortest in force",
            blocked: ["8.0.0.0/7"],
            expired: (8...32).map { "\(mask(0x0800_0201, $0))/\($0)" }, frame: udp4,
            reason: .block),
        Row(
            sentence: "the same of IPv6", blocked: ["2000::/3"],
            expired: (4...128).map { "\(mask6($0))" }, frame: udp6, reason: .block),
        Row(
            sentence: "L4 need not be readable", blocked: ["8.0.2.1"],
            frame: shortTCP, reason: .block),
        Row(
            sentence: "nor extension headers", blocked: ["2001:db8::7"],
            frame: (0..<9).reduce(ipv6) { packet, _ in packet.destinationOptions() }.udp().bytes,
            reason: .block),
        Row(
            sentence: "a header of L3 that is broken has no address", blocked: ["8.0.2.1"],
            frame: udp4.prefix(14) + [0x44] + udp4.dropFirst(15), reason: .malformed),
    ]

    private static func mask(_ bits: UInt32, _ length: Int) -> IPv4Address {
        IPv4Address(bits: length == 0 ? 0 : bits & ~0 << UInt32(32 - length))
    }

    private static func mask6(_ length: Int) -> String {
        let address = IPv6Address(bits: UInt128(0x2001_0db8) << 96 | 7)
        return Prefix(masking: address, length: length).map(\.description) ?? ""
    }

    @Test("on every hook, in front of a rule that passes everything", arguments: rows)
    func judges(row: Row) throws {
        let bench = try CounterBench()
        var tried = 0
        for setting in ProgramSetting.all {
            guard
                let packet = SeenPacket(row.frame, on: setting.hook, ethernet: setting.ethernet),
                packet.testFrame(on: setting.hook) != nil
            else { continue }
            let rule = Rule(name: literalName("all"), match: Match(), action: .pass)
            var policy = RandomPolicy(
                filter: Filter(
                    name: literalName("test"), defaultVerdict: .drop, malformed: .drop,
                    rules: [rule]),
                sets: [])
            policy.blocked = try row.blocked.map { try IPPrefix($0) }
            policy.expired = try row.expired.map { try IPPrefix($0) }
            let outcome = try ProgramTrial(setting: setting, linearLength: nil)
                .outcome(of: RandomCase(policy: policy, packet: packet), bench)
            #expect(outcome.found == outcome.meant, "\(setting)")
            #expect(outcome.judgement.contains("(\(row.reason.rawValue)"), "\(setting)")
            if !outcome.found.isEmpty { tried += 1 }
        }
        #expect(tried >= 4)
    }

    @Test("what comes in is judged by its source, what leaves by its destination")
    func ends() throws {
        let frame = Packet.ethernet().ipv4(src: "8.0.2.1", dst: "8.0.2.2")
            .udp(payload: .init(repeating: 0, count: 20)).bytes
        for (blocked, leaving) in [("8.0.2.1", false), ("8.0.2.2", true)] {
            let bench = try CounterBench()
            for setting in ProgramSetting.all {
                let packet = try #require(
                    SeenPacket(frame, on: setting.hook, ethernet: setting.ethernet))
                let policy = RandomPolicy(
                    filter: Filter(
                        name: literalName("test"), defaultVerdict: .pass, malformed: .drop,
                        rules: []), sets: [], blocked: [try IPPrefix(blocked)])
                let outcome = try ProgramTrial(setting: setting, linearLength: nil)
                    .outcome(of: RandomCase(policy: policy, packet: packet), bench)
                #expect(outcome.found == outcome.meant, "\(setting)")
                let isLeaving = [.tcEgress, .cgroupEgress].contains(setting.hook)
                #expect(outcome.judgement.hasPrefix("drop (block") == (isLeaving == leaving))
            }
        }
    }
}
