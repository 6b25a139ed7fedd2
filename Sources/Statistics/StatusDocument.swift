public import Datapath
internal import Foundation
internal import Policy

/// The JSON document of `netctl status -o json`.
public struct StatusDocument: Encodable, Sendable {
    let version = 1
    let attachments: [Entry]
    let programs: [UserProgram]
    let foreign: [Foreign]
    let problems: [Issue]

    struct Entry: Placed {
        let place: Place
        let facts: Facts
    }

    struct Facts: Encodable {
        @ExplicitNull var mode: AttachMode?
        /// Among the programs of others that share the hook.
        @ExplicitNull var priority: Int?
        @ExplicitNull var policy: String?
        @ExplicitNull var filter: String?
        @ExplicitNull var digest: String?
        let programID: UInt32
        @ExplicitNull var linkID: UInt32?
        let chain: [UInt32]
        let attachedAt: String
        let state: Attachment.State
        let tables: [TableDocument]

        enum CodingKeys: String, CodingKey {
            case mode, priority, policy, filter, digest
            case programID = "program_id"
            case linkID = "link_id"
            case chain
            case attachedAt = "attached_at"
            case state, tables
        }
    }

    struct UserProgram: Placed {
        let place: ProgramPlace
        let facts: ProgramFacts

        init(_ found: ProgramAttachment) {
            place = ProgramPlace(found)
            facts = ProgramFacts(found)
        }
    }

    struct ProgramFacts: Encodable {
        @ExplicitNull var mode: AttachMode?
        let name: String
        let section: String
        let file: String
        @ExplicitNull var policy: String?
        let programID: UInt32
        @ExplicitNull var linkID: UInt32?
        let attachedAt: String
        let state: Attachment.State

        enum CodingKeys: String, CodingKey {
            case mode, name, section, file, policy, state
            case programID = "program_id"
            case linkID = "link_id"
            case attachedAt = "attached_at"
        }

        init(_ found: ProgramAttachment) {
            mode = found.record.mode
            name = found.record.name
            section = found.record.section
            file = found.record.file
            policy = found.record.owner
            programID = found.programID
            linkID = found.linkID
            attachedAt = found.record.attachedAt.formatted(.iso8601)
            state = found.state
        }
    }

    struct Foreign: Placed {
        let place: Place
        let facts: Program
    }

    struct Program: Encodable {
        let id: UInt32
        @ExplicitNull var name: String?

        enum CodingKeys: String, CodingKey {
            case id = "program_id"
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
                place: Place(attachment.location, attachment.point.hook),
                facts: Facts(
                    mode: attachment.record.mode, priority: attachment.record.share?.priority,
                    policy: attachment.policy?.policy,
                    filter: attachment.policy?.filter, digest: attachment.policy?.digest,
                    programID: attachment.programID, linkID: attachment.linkID,
                    chain: attachment.chain,
                    attachedAt: attachment.record.attachedAt.formatted(.iso8601),
                    state: attachment.state,
                    tables: (attachment.policy?.tables ?? []).map(TableDocument.init)))
        }
        programs = observation.programs.map(UserProgram.init)
        foreign = observation.foreign.map { found in
            Foreign(
                place: Place(found.location, found.hook),
                facts: Program(id: found.programID, name: found.name))
        }
        problems = observation.problems.map {
            Issue(code: $0.code, message: $0.message, hint: $0.hint)
        }
    }
}
