import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What the interpreter says of rules that did not decide.
@Suite struct ReferenceTraceTests {
    private static let filter = """
        default: pass
        rules:
          - { name: admins, match: { src: "@admins", proto: tcp }, action: pass }
          - { name: seen, match: { proto: [tcp, udp] }, action: count }
          - { name: web, match: { proto: tcp, dport: 443 }, action: drop }
          - { name: far, match: { proto: udp, dport: 443 }, action: drop }
          - { name: many, match: { proto: tcp }, limit: { rate: 10/s }, action: drop }
          - { name: other, match: { proto: tcp, not: { dport: [22, 23] } }, action: drop }
          - { name: telnet, match: { proto: tcp, dport: 23 }, action: drop }
          - { name: late, match: { proto: tcp, dport: 24 }, action: drop }
        """
    private static let sets = "admins: { cidrs: [192.0.2.0/28] }"

    private func lines(
        _ frame: [UInt8], decidedBy decider: String?, unknown: Set<String> = []
    ) throws -> [String] {
        let interpreter = try WrittenFilter(Self.filter, sets: Self.sets).interpreter
        let names = try Set(unknown.map { try Name($0) })
        return try interpreter.trace(
            SeenPacket(frame), decidedBy: decider.map { try Name($0) }, unknown: names
        ).map { entry in
            let details = [entry.key, entry.wants, entry.has].map { $0 ?? "-" }
            return "\(entry.rule) \(entry.outcome.rawValue) \(details.joined(separator: " "))"
        }
    }

    private static let telnet = Packet.ethernet().ipv4(src: "198.51.100.7").tcp(dport: 23).bytes

    @Test("rules that one key keeps from holding, until one decides")
    func trace() throws {
        #expect(
            try lines(Self.telnet, decidedBy: "telnet") == [
                "admins nearly src \"@admins\" 198.51.100.7", "seen counted - - -",
                "web nearly dport 443 23", "many within-limit - - -",
                "other nearly not.dport [22, 23] 23", "telnet decided - - -",
            ])
    }

    @Test("a set that is not known leaves its rules open")
    func unknown() throws {
        #expect(
            try lines(Self.telnet, decidedBy: "telnet", unknown: ["admins"]).first
                == "admins unknown src \"@admins\" 198.51.100.7")
    }

    @Test("the rule at which an unreadable header decided is the last one")
    func unreadable() throws {
        let cut = Packet.ethernet().ipv4(IPv4Fields(protocol: 6)).raw([1, 2, 3]).bytes
        #expect(
            try lines(cut, decidedBy: nil) == [
                "admins nearly src \"@admins\" 10.0.0.1", "seen counted - - -",
                "web unreadable dport 443 -",
            ])
        #expect(try lines([1, 2, 3], decidedBy: nil) == [])
    }

    @Test("one packet is within every limit, and what is monitored passes")
    func judgement() throws {
        let written = try WrittenFilter(Self.filter, sets: Self.sets)
        let judge = { (monitor: Bool) in
            ReferenceInterpreter(written.filter, sets: written.sets, monitor: monitor)
                .judge(SeenPacket(Self.telnet)).description
        }
        #expect(judge(false) == "drop (rule telnet), counted by seen")
        #expect(judge(true) == "pass (monitor telnet), counted by seen")
        #expect(
            ReferenceInterpreter(written.filter, sets: [], monitor: true).judge(SeenPacket([]))
                .description
                == "pass (monitor)")
    }
}
