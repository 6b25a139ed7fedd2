import NetTypes
import Policy
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// What an operator is connected by is not cut by the operator's own apply.
@Suite("Lock-out guard") struct LockOutTests {
    /// A filter whose rules are about the port of SSH, on the side that the hook sees it from.
    private static func text(
        _ way: LiveHook, default verdict: String = "pass", top: String = "", _ rules: String...
    ) -> String {
        """
        version: 1
        name: edge
        \(top)
        filters:
          \(way.filterName):
            default: \(verdict)
            rules: [\(rules.joined(separator: ", "))]
        """
    }

    private static func apply(_ text: String, force: Bool = false) throws {
        var options = Reconciler.ApplyOptions()
        options.force = force
        try Reconciler().apply(PolicyRevision(policy(text), setFiles: []), options)
    }

    @Test(
        "a policy that would cut an established connection is refused, on the hook that would",
        .requiresRoot,
        arguments: [LiveHook.xdpgeneric, .ingressByClsact, .egressByClsact, .egressByTCX].filter(
            LiveHook.all.contains), Wire.Family.allCases)
    func refused(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            let wire = traffic.wire
            try traffic.attach()
            let open = Self.text(way, "{ name: seen, match: { proto: tcp }, action: count }")
            try Self.apply(open)
            let digest = try traffic.statistics().attachment.policy?.digest
            let session = try TCPConnection(to: wire.server, port: 22, from: wire.pair)

            let key = way.isEgress ? "sport" : "dport"
            let closed = "{ name: closed, match: { proto: tcp, \(key): 22 }, action: drop }"
            let error = #expect(throws: DatapathError.self) {
                try Self.apply(Self.text(way, closed))
            }
            let said = error?.description ?? ""
            #expect(said.contains("\(wire.pair.near.name) \(way.hook)"), "\(said)")
            #expect(said.contains("rule 'closed' would drop"), "\(said)")
            #expect(said.contains(":\(session.clientPort) > "), "\(said)")
            #expect(said.contains("--force"), "\(said)")
            let other = #expect(throws: DatapathError.self) {
                try Self.apply(Self.text(way, default: "drop"))
            }
            #expect(other?.description.contains("the default would drop") == true)
            #expect(try traffic.statistics().attachment.policy?.digest == digest)

            // What lets it pass, only reports, is about other ports, or is forced, is applied.
            let pass = "{ name: ssh, match: { proto: tcp, \(key): 22 }, action: pass }"
            try Self.apply(Self.text(way, default: "drop", pass))
            try Self.apply(
                Self.text(
                    way,
                    "{ name: closed, match: { proto: tcp, \(key): 22 }, action: drop, monitor: true }"
                ))
            try Self.apply(Self.text(way, top: "management: [2222, 3000-3010]", closed))
            try Self.apply(open)
            try Self.apply(Self.text(way, closed), force: true)
            _ = session.clientPort
        }
    }

    @Test("sessions as the kernel and sshd write them")
    func sessions() throws {
        func end(_ address: String, _ port: UInt16) throws -> ManagementSession.End {
            ManagementSession.End(address: try #require(IPAddress(address)), port: port)
        }
        let ssh = try ManagementSession(
            local: end("192.0.2.1", 22), remote: end("192.0.2.7", 51514))
        #expect(SSHSession("192.0.2.7 51514 192.0.2.1 22")?.connection == ssh)
        #expect(
            SSHSession("::ffff:192.0.2.7 51514 ::ffff:192.0.2.1 22")?.connection == ssh)
        #expect("\(ssh)" == "192.0.2.7:51514 > 192.0.2.1:22")
        for text in [
            "", "192.0.2.7", "192.0.2.7 51514 22", "x 1 y 2", "192.0.2.7 99999 192.0.2.1 22",
        ] {
            #expect(SSHSession(text)?.connection == nil, "\(text)")
        }
        #expect(SSHSession("192.0.2.7 51514 22")?.peer == ssh.remote.address)
        #expect(SSHSession("x 51514 22") == nil)
        let zoned = SSHSession("fe80::2%eth0 50000 fe80::1%eth0 22")?.connection
        #expect(try zoned?.remote == end("fe80::2", 50000))
        #expect(zoned.map { "\($0)" } == "[fe80::2]:50000 > [fe80::1]:22")

        let line = "   1: 010200C0:0016 070200C0:C93A 01 00000000:00000000 02:000AD 0 0 12 4"
        #expect(ManagementSession(procLine: line) == ssh)
        #expect(ManagementSession(procLine: line.replacing(" 01 ", with: " 0A ")) == nil)
        let six =
            "   0: 000080FE000000000000000001000000:0016 "
            + "000080FE000000000000000002000000:C350 01 0:0"
        #expect(ManagementSession(procLine: six) == zoned)
        for text in ["", "0: 1:2 3:4 01", "  0: zz:0016 070200C0:C93A 01", "sl local rem st"] {
            #expect(ManagementSession(procLine: text) == nil, "\(text)")
        }
    }
}
