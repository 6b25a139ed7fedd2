import Foundation
import NetctlABI
import Policy
import PolicyCompiler
import Testing

@testable import Datapath

/// Attachments and records as a test's table needs them; what it does not name is any value.
extension Datapath.Attachment {
    static func stub(
        _ interface: String = "eth1", index: Int32 = 3, mode: XDPMode = .generic,
        owner: String? = nil, policy: PolicyRecord? = nil, state: State = .active
    ) -> Datapath.Attachment {
        Datapath.Attachment(
            point: AttachPoint(hook: .xdp, namespace: 1, interfaceIndex: index),
            record: AttachmentRecord(
                abi: NETCTL_ABI_VERSION, interface: interface, cgroup: nil, mode: .xdp(mode),
                multiBuffer: true, ethernet: true, attachedAt: Date(timeIntervalSince1970: 0),
                owner: owner),
            location: .interface(interface, netns: nil), programID: 1, linkID: 1, chain: [],
            policy: policy, pause: nil, pending: nil, slots: policy?.slots ?? .empty, state: state)
    }
}

extension PolicyRecord {
    static func stub(
        policy: String = "edge", filter: String = "inbound", digest: String = "new",
        rules: [(String, Verdict?)] = [], slots: [(String, Verdict?)] = [],
        sets: [String: [String]] = [:]
    ) -> PolicyRecord {
        let previous = slots.map { RuleRecord(name: $0.0, verdict: $0.1) }
        return PolicyRecord(
            policy: policy, filter: filter, digest: digest,
            appliedAt: Date(timeIntervalSince1970: 0), text: "",
            rules: rules.map {
                RuleRecord(name: $0.0, verdict: $0.1, sets: sets[$0.0] ?? [])
            },
            slots: SlotDirectory.assign(previous, after: .empty, replacing: []).directory)
    }
}

/// Reads a policy that has no errors.
func policy(_ text: String, setFiles: [String: String] = [:]) throws -> Policy {
    let source = PolicySource(path: "test.yaml", bytes: Array(text.utf8))
    let result = PolicyReader.read([source]) { path in
        Array(try #require(setFiles[path], "set file \(path)").utf8)
    }
    return try #require(result.policy, "\(result.diagnostics)")
}
