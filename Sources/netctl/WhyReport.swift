import Foundation
import LinuxSystem
import Statistics
import Tracing

/// An answer of `netctl why` as text and as JSON.
struct WhyReport {
    let document: Document
    let lines: [String]

    init(_ answer: WhyAnswer) {
        let names = CgroupNames()
        let moments = answer.moments.map { Moment($0, names) }
        document = Document(
            knowsPast: answer.knowsPast, moments: moments,
            sockets: answer.sockets.map { SocketReport.Socket($0, netns: nil, names) },
            policies: answer.verdicts.map(Verdict.init), advice: answer.advice.map(printable))
        lines =
            moments.map(\.line) + answer.sockets.map(Self.line)
            + answer.verdicts.map {
                "policy \($0.policy) \($0.verdict) rule \($0.rule ?? "-") reason \($0.reason) "
                    + "hook \($0.hook) on \($0.place)"
            } + answer.advice.map { "do: " + printable($0) }
            + (moments.isEmpty && answer.sockets.isEmpty ? ["nothing is known of it"] : [])
            + (answer.knowsPast
                ? [] : ["the past is not known: it is kept while 'netctl context' is on"])
    }

    private static func line(_ entry: SocketTable.Entry) -> String {
        "now \(entry.protocolWord) \(entry.local.text) > \(entry.remote.text) "
            + "\(entry.state?.word ?? "open") owner \(entry.owners.first?.text ?? "-") "
            + "queue \(entry.receiveQueue.map(String.init) ?? "-")/"
            + "\(entry.sendQueue.map(String.init) ?? "-") "
            + "drops \(entry.drops.map(String.init) ?? "-")"
    }
}

extension WhyReport {
    /// The JSON document of `netctl why`.
    struct Document: Encodable {
        let version = 1
        let knowsPast: Bool
        let moments: [Moment]
        let sockets: [SocketReport.Socket]
        let policies: [Verdict]
        let advice: [String]

        enum CodingKeys: String, CodingKey {
            case version
            case knowsPast = "knows_past"
            case moments, sockets, policies, advice
        }
    }

    struct Verdict: Encodable {
        let policy: String
        @ExplicitNull var rule: String?
        let reason: String
        let verdict: String
        let hook: String
        let place: String

        init(_ verdict: PolicyVerdict) {
            policy = verdict.policy
            reason = verdict.reason
            self.verdict = verdict.verdict
            hook = verdict.hook
            place = verdict.place
            rule = verdict.rule
        }
    }

    /// Something that happened.
    struct Moment: Encodable {
        let time: String
        let what: String
        let proto: String
        let from: SocketReport.End
        let to: SocketReport.End
        let details: Details
        let line: String

        enum CodingKeys: String, CodingKey {
            case time, what, proto, from, to, details
        }

        /// What of it applies.
        struct Details: Encodable {
            var reason: String?
            var function: String?
            var count: UInt64?
            var last: String?
            var sender: SocketReport.Owner?
            var receiver: SocketReport.Owner?
            var owner: SocketReport.Owner?
            var origin: SocketOrigin?
            var closedIn: String?
            var retransmits: UInt32?
            var reset: Bool?
            var policies: [Verdict]?

            enum CodingKeys: String, CodingKey {
                case reason, function, count, last, sender, receiver, owner, origin
                case closedIn = "closed_in"
                case retransmits, reset, policies
            }
        }

        init(_ moment: WhyAnswer.Moment, _ names: CgroupNames) {
            func owner(_ record: SocketRecord?) -> SocketReport.Owner? {
                record.map { SocketReport.Owner($0.owner, names.place(of: $0.owner)) }
            }
            time = Self.text(moment.time)
            switch moment {
            case .opened(let record):
                what = "opened"
                (proto, from, to) = Self.ends(record)
                details = Details(owner: owner(record), origin: record.origin)
                line =
                    "\(time) opened \(proto) \(record.local.text) > \(record.remote.text) "
                    + "owner \(record.owner.text) uid \(record.owner.uid) origin \(record.origin)"
            case .closed(let record):
                what = "closed"
                (proto, from, to) = Self.ends(record)
                details = Details(
                    owner: owner(record), closedIn: record.closedIn?.word,
                    retransmits: record.retransmits, reset: record.wasReset)
                let seconds = Double((record.closed ?? record.created) - record.created) / 1e9
                line =
                    "\(time) closed \(proto) \(record.local.text) > \(record.remote.text) "
                    + "owner \(record.owner.text)"
                    + (record.closedIn.map { " in \($0.word)" } ?? "")
                    + " after \(Self.seconds(seconds)) s"
                    + (record.retransmits > 0 ? " retransmitted \(record.retransmits)" : "")
                    + (record.wasReset ? " reset by the other end" : "")
            case .dropped(let drop):
                what = "dropped"
                let record = drop.record
                proto = Self.word(record.proto)
                from = SocketReport.End(record.source)
                to = SocketReport.End(record.destination)
                details = Details(
                    reason: drop.reason, function: drop.function, count: record.count,
                    last: Self.text(record.last), sender: owner(drop.sender),
                    receiver: owner(drop.receiver), policies: drop.verdicts.map(Verdict.init))
                line =
                    "\(time) dropped \(record.count) \(proto) \(record.source.text) > "
                    + "\(record.destination.text) reason \(drop.reason) "
                    + "at \(drop.function ?? "-") from \(drop.sender?.owner.text ?? "-") "
                    + "to \(drop.receiver?.owner.text ?? "-")"
                    + (drop.verdicts.first.map { " by policy \($0.policy) rule \($0.rule ?? "-")" }
                        ?? "")
            }
        }

        private static func ends(
            _ record: SocketRecord
        ) -> (String, SocketReport.End, SocketReport.End) {
            (word(record.proto), .init(record.local), .init(record.remote))
        }

        private static func word(_ proto: UInt8) -> String {
            switch proto {
            case 6: "tcp"
            case 17: "udp"
            default: "\(proto)"
            }
        }

        private static func seconds(_ value: Double) -> String {
            value.formatted(
                .number.precision(.fractionLength(1)).grouping(.never).locale(
                    .init(identifier: "C")))
        }

        private static func text(_ time: UInt64) -> String {
            BootTime.date(time).formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: true))
        }
    }
}
