public import Datapath
internal import NetTypes

/// The JSON document of `netctl stats --by source -o json`.
public struct SourcesDocument: Encodable, Sendable {
    let version = 1
    let attachments: [Entry]

    struct Entry: Placed {
        let place: Place
        let facts: Facts
    }

    struct Facts: Encodable {
        let sources: [Source]
    }

    struct Source: Encodable {
        let source: String
        let packets: UInt64
        let error: UInt64
        let bytes: UInt64
        let dropped: UInt64
    }

    /// The document of some attachments and their sources.
    public init(_ attachments: [(Attachment, [Talker])]) {
        self.attachments = attachments.map { attachment, talkers in
            Entry(
                place: Place(attachment.location, attachment.point.hook),
                facts: Facts(
                    sources: talkers.map { talker in
                        Source(
                            source: talker.address.description, packets: talker.count.packets,
                            error: talker.error, bytes: talker.count.bytes,
                            dropped: talker.dropped)
                    }))
        }
    }
}
