import NetTypes
import Packets
import Policy
import PolicyCompiler

extension FuzzInput {
    /// A packet in words, as `netctl explain` takes it. What is said can be made, and judged.
    static let packetWords = FuzzInput(name: "packet-words") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let (frame, mark) = try? PacketWords.packet(text) else { return }
        judge(frame, mark: mark ?? 0)
    }

    /// A packet: every hook's meaning of it has a verdict.
    static let packet = FuzzInput(name: "packet") { bytes in
        judge(bytes, mark: 0)
    }

    /// Capture files: pcap and pcapng. Each packet is one that can be judged, and reading ends.
    static let capture = FuzzInput(name: "capture") { bytes in
        guard var file = try? CaptureFile(bytes) else { return }
        var count = 0
        while let record = try? file.next() {
            count += 1
            require(count <= bytes.count, "there are no more packets than bytes")
            require(record.captured <= record.original, "what was captured was there")
            judge(record.frame, mark: 0)
        }
    }

    /// Looks at every field.
    private static let interpreter: ReferenceInterpreter = {
        let text = """
            version: 1
            name: edge
            filters:
              inbound:
                default: pass
                malformed: drop
                rules:
                  - { name: ports, match: { proto: tcp, dport: [22, 8000-8100] }, action: count }
                  - { name: flags, match: { tcp-flags: "syn,!ack" }, action: count }
                  - { name: icmp, match: { icmp-type: [echo-request] }, action: count }
                  - { name: headers, match: { ext-header: [routing, fragment] }, action: count }
                  - { name: tagged, match: { vlan: any }, action: count }
                  - { name: small, match: { length: 0-100, ttl: 0-10, dscp: 0 }, action: count }
                  - { name: from, match: { src: ["10.0.0.0/8", "fc00::/7"] }, action: drop }
                  - { name: arp, match: { family: arp }, action: drop }
            """
        let source = PolicySource(path: "policy.yaml", bytes: Array(text.utf8))
        guard let policy = PolicyReader.read([source], setFile: { _ in [] }).policy,
            let filter = policy.filters.first
        else { fatalError("the policy of this file is wrong") }
        return ReferenceInterpreter(filter, sets: policy.sets)
    }()

    private static func judge(_ frame: [UInt8], mark: UInt32) {
        for hook in Hook.allCases {
            for ethernet in [true, false] {
                let seen = SeenPacket(frame, on: hook, ethernet: ethernet, mark: mark)
                _ = seen.map(interpreter.judge)
            }
        }
    }
}
