public import Datapath
internal import Foundation
internal import Policy

/// The JSON document of `netctl status -o json`.
public struct StatusDocument: Encodable, Sendable {
    let version = 1
    let attachments: [Entry]
    let foreign: [Foreign]
    let problems: [Issue]

    struct Entry: Encodable {
        let interface: String
        @ExplicitNull var netns: String?
        @ExplicitNull var cgroup: String?
        let hook: Hook
        @ExplicitNull var mode: XDPMode?
        @ExplicitNull var policy: String?
        @ExplicitNull var filter: String?
        @ExplicitNull var digest: String?
        let programID: UInt32
        let linkID: UInt32
        let attachedAt: String
        let state: Attachment.State

        enum CodingKeys: String, CodingKey {
            case interface, netns, cgroup, hook, mode, policy, filter, digest
            case programID = "program_id"
            case linkID = "link_id"
            case attachedAt = "attached_at"
            case state
        }
    }

    struct Foreign: Encodable {
        let interface: String
        @ExplicitNull var netns: String?
        @ExplicitNull var cgroup: String?
        let hook: Hook
        let programID: UInt32
        @ExplicitNull var name: String?

        enum CodingKeys: String, CodingKey {
            case interface, netns, cgroup, hook
            case programID = "program_id"
            case name
        }
    }

    struct Issue: Encodable {
        let code: String
        let message: String
        @ExplicitNull var hint: String?
    }

    /// The document of an observation.
    public init(_ observation: Observation) {
        attachments = observation.attachments.map { attachment in
            Entry(
                interface: attachment.interface, netns: attachment.namespace, cgroup: nil,
                hook: attachment.point.hook, mode: attachment.record.mode,
                policy: attachment.policy?.policy, filter: attachment.policy?.filter,
                digest: attachment.policy?.digest, programID: attachment.programID,
                linkID: attachment.linkID,
                attachedAt: attachment.record.attachedAt.formatted(.iso8601),
                state: attachment.state)
        }
        foreign = observation.foreign.map { program in
            Foreign(
                interface: program.interface, netns: program.namespace, cgroup: nil,
                hook: program.hook, programID: program.programID, name: program.name)
        }
        problems = observation.problems.map {
            Issue(code: $0.code, message: $0.message, hint: $0.hint)
        }
    }
}
