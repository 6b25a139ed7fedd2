internal import Datapath
internal import Policy
internal import PolicyCompiler

/// The JSON document of `netctl stats -o json`.
public struct StatsDocument: Encodable, Sendable {
    let version = 1
    let attachments: [Entry]
    let programs: [ProgramStatisticsDocument]
    let foreign: [ProgramStatisticsDocument]

    struct Entry: Placed {
        let place: Place
        let facts: Facts
    }

    struct Facts: Encodable {
        @ExplicitNull var mode: AttachMode?
        @ExplicitNull var policy: String?
        @ExplicitNull var filter: String?
        let verdicts: [String: Count]
        let wouldDrop: Count
        let reasons: [String: Count]
        let rules: [Rule]
        let sets: [NamedSet]

        enum CodingKeys: String, CodingKey {
            case mode, policy, filter, verdicts
            case wouldDrop = "would_drop"
            case reasons, rules, sets
        }
    }

    struct Rule: Encodable {
        let name: String
        let action: String
        let packets: UInt64
        let bytes: UInt64
        let wouldDrop: UInt64

        enum CodingKeys: String, CodingKey {
            case name, action, packets, bytes
            case wouldDrop = "would_drop"
        }
    }

    struct NamedSet: Encodable {
        let name: String
        let rules: [String]
        let packets: UInt64
        let bytes: UInt64
        let wouldDrop: UInt64

        enum CodingKeys: String, CodingKey {
            case name, rules, packets, bytes
            case wouldDrop = "would_drop"
        }
    }

    /// The document of some attachments, and of programs that are not the datapath's.
    public init(_ statistics: [Statistics], _ programs: [ProgramStatistics] = []) {
        self.programs = programs.filter { !$0.program.isForeign }
            .map(ProgramStatisticsDocument.init)
        foreign = programs.filter(\.program.isForeign).map(ProgramStatisticsDocument.init)
        attachments = statistics.map(Entry.init)
    }
}

extension StatsDocument.Entry {
    init(_ statistics: Statistics) {
        let attachment = statistics.attachment
        let hook = attachment.point.hook
        place = Place(attachment.location, hook)
        facts = StatsDocument.Facts(
            mode: attachment.record.mode, policy: attachment.policy?.policy,
            filter: attachment.policy?.filter,
            verdicts: Dictionary(
                uniqueKeysWithValues: statistics.verdicts.map {
                    ($0.verdict.name(on: hook), $0.count)
                }),
            wouldDrop: statistics.wouldDrop,
            reasons: Dictionary(
                uniqueKeysWithValues: statistics.reasons.map { ($0.reason.rawValue, $0.count) }),
            rules: statistics.rules.map { rule in
                StatsDocument.Rule(
                    name: rule.rule.name, action: rule.rule.action(on: hook),
                    packets: rule.count.packets,
                    bytes: rule.count.bytes, wouldDrop: rule.wouldDrop.packets)
            },
            sets: statistics.sets.map { set in
                StatsDocument.NamedSet(
                    name: set.name, rules: set.rules, packets: set.count.packets,
                    bytes: set.count.bytes, wouldDrop: set.wouldDrop.packets)
            })
    }
}
