import Datapath
import NetTypes
import Statistics

/// The sources that send most, as text.
struct SourcesReport {
    /// What one attachment was sent, and by whom.
    struct Part {
        let attachment: Attachment
        let talkers: [Talker]
    }

    private let parts: [Part]
    /// The report before, for rates, and how long ago that was.
    private let before: [Part]?
    private let seconds: Double
    private let top: Int

    /// A report of so many sources of each attachment.
    init(parts: [Part], before: [Part]?, seconds: Double, top: Int) {
        self.parts = parts
        self.before = before
        self.seconds = seconds
        self.top = top
    }

    /// As a document.
    var document: SourcesDocument {
        SourcesDocument(parts.map { ($0.attachment, Array($0.talkers.prefix(top))) })
    }

    /// For people.
    var tables: [String] {
        parts.flatMap { part in
            let rates = rates(of: part)
            var table = TextTable(
                ["SOURCE", "PACKETS", "BYTES", "DROPPED"] + (rates == nil ? [] : ["PACKETS/S"]))
            for talker in part.talkers.prefix(top) {
                let more = talker.error == 0 ? "" : " +\(talker.error)"
                table.add(
                    [
                        talker.address.description, "\(talker.count.packets)\(more)",
                        "\(talker.count.bytes)", "\(talker.dropped)",
                    ] + (rates.map { ["\($0(talker))"] } ?? []))
            }
            let title = "\(part.attachment.name) \(part.attachment.point.hook)"
            return [title] + (table.isEmpty ? ["  no source yet"] : table.lines(indent: 2))
        }
    }

    /// `eth1 netns - hook xdp source 203.0.113.7 packets 4 error 0 bytes 392 dropped 4`
    var facts: [String] {
        parts.flatMap { part in
            let rates = rates(of: part)
            return part.talkers.prefix(top).map { talker in
                "\(part.attachment.location.fact) hook \(part.attachment.point.hook) source "
                    + "\(talker.address) packets \(talker.count.packets) error \(talker.error) "
                    + "bytes \(talker.count.bytes) dropped \(talker.dropped)"
                    + (rates.map { " rate \($0(talker))" } ?? "")
            }
        }
    }

    /// How many packets a second each source has sent since the report before.
    private func rates(of part: Part) -> ((Talker) -> UInt64)? {
        guard let before else { return nil }
        let old = before.first { $0.attachment.point == part.attachment.point }?.talkers ?? []
        let past = Dictionary(
            old.map { ($0.address, $0.count.packets) }, uniquingKeysWith: { first, _ in first })
        return { talker in
            let earlier = past[talker.address] ?? 0
            // One that lost its place meanwhile begins anew.
            let more = talker.count.packets >= earlier ? talker.count.packets - earlier : 0
            return UInt64(Double(more) / seconds)
        }
    }
}
