import Datapath
import Foundation
import NetTypes
import Policy
import PolicyCompiler
import Statistics

/// What happens to a packet and why, for people and for programs.
struct Explanation {
    let document: Document
    let headline: String
    let lines: [String]

    /// The JSON document of `netctl explain`.
    struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
            case version, verdict, rule, reason, hook, block
            case judgedBy = "judged_by"
            case trace
        }

        let version = 1
        let verdict: String
        @ExplicitNull var rule: String?
        let reason: Reason
        let hook: Hook
        let judgedBy: String
        @ExplicitNull var block: String?
        let trace: [Entry]
    }

    struct Entry: Encodable {
        let rule: String
        let outcome: String
        @ExplicitNull var key: String?
        @ExplicitNull var wants: String?
        @ExplicitNull var has: String?
    }

    init(_ answer: FilterTrial.Answer, hook: Hook, number: Int?) {
        let judgement = answer.judgement
        let verdict = judgement.verdict.name(on: hook)
        document = Document(
            verdict: verdict, rule: judgement.rule?.text, reason: judgement.reason,
            hook: hook, judgedBy: answer.isFromProgram ? "program" : "reference",
            block: answer.blockedBy?.prefix.description,
            trace: answer.trace.map { entry in
                Entry(
                    rule: entry.rule.text, outcome: entry.outcome.rawValue, key: entry.key,
                    wants: entry.wants, has: entry.has)
            })
        let decider = judgement.rule.map { " by rule \($0)" } ?? ""
        headline =
            (number.map { "\($0): " } ?? "")
            + "\(verdict)\(decider) (reason \(judgement.reason.rawValue), hook \(hook))"
        lines =
            [headline] + Self.lines(about: answer.blockedBy)
            + Self.cut(answer.trace.map(\.sentence)).map { "  \($0)" }
            + (answer.isFromProgram
                ? []
                : [
                    hook == .cgroupDevice
                        ? "  the kernel tries no programs for devices; this is what the policy means"
                        : "  the kernel runs no program on such a frame; this is what the policy means"
                ])
    }

    /// The entry that blocks.
    private static func lines(about entry: BlockEntry?) -> [String] {
        guard let entry else { return [] }
        let end = entry.expires.map { ", until \($0.formatted(.iso8601))" } ?? ""
        let reason = entry.reason.isEmpty ? "" : " (\(entry.reason))"
        return ["  \(entry.prefix) is in the block list\(reason)\(end)"]
    }

    /// A filter of thousands of rules may have thousands that nearly match.
    private static func cut(_ lines: [String]) -> [String] {
        let most = 24
        guard lines.count > most else { return lines }
        return lines.prefix(most - 1) + ["… and \(lines.count - most + 1) more rules"]
            + lines.suffix(1).filter { $0.hasSuffix("decided") }
    }
}

extension ReferenceInterpreter.TraceEntry {
    /// `telnet: nearly: dport is 22, the rule wants 23`.
    fileprivate var sentence: String {
        let field = (key ?? "").replacing("not.", with: "")
        let wish = "\(key?.hasPrefix("not.") ?? false ? "not " : "")\(wants ?? "")"
        switch outcome {
        case .decided: return "\(rule): decided"
        case .counted: return "\(rule): counted it"
        case .withinLimit:
            return "\(rule): matches, but is for what exceeds its limit, and one packet does not"
        case .nearly:
            let has = has.map { "\(field) is \($0)" } ?? "the packet has no \(field)"
            return "\(rule): nearly: \(has), the rule wants \(wish)"
        case .unreadable: return "\(rule): \(field) cannot be read, the rule wants \(wish)"
        case .unknown:
            return "\(rule): \(field) is \(has ?? "unknown"), and what is in \(wish) is not known"
        }
    }
}
