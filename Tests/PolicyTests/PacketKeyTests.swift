import Packets
import Testing

@testable import Policy

@Suite struct PacketKeyTests {
    @Test("what a match can ask for, the packet of a test can have")
    func everyMatchKey() {
        let keys = MatchDraft.packetTable.keys.filter { $0.presence == .optional }.map(\.name)
        #expect(Set(keys) == Set(PacketDescription.Key.allCases.map(\.rawValue)))
    }

    @Test("tests change neither the policy nor its text")
    func notCompared() throws {
        let policy = "version: 1\nname: edge\nfilters: { inbound: { default: pass } }\n"
        let test = "tests: [{ filter: inbound, packet: { dport: 1 }, expect: pass }]\n"
        let plain = try #require(read(policy))
        let tested = try #require(read(policy + test))
        #expect(tested.tests.map(\.name) == ["test 1"])
        #expect(plain == tested)
        #expect(PolicyWriter.write(plain) == PolicyWriter.write(tested))
    }

    private func read(_ text: String) -> Policy? {
        PolicyReader.read([PolicySource(path: "p.yaml", bytes: Array(text.utf8))]) { _ in [] }
            .policy
    }
}
