public import Policy

/// How a policy differs from one that is in force.
public struct RevisionDifference: Sendable {
    /// Where the old one is in force: `eth1 xdp`.
    public let attachments: [String]
    /// The old policy's name.
    public let policy: String
    /// The old policy's digest.
    public let digest: String
    /// Sets, filters and rules.
    public let difference: PolicyDifference
    /// Whether the policies say the same and their set files do not.
    public let isInSetFiles: Bool
}

extension Plan {
    /// What the policies that would be replaced say differently, each once.
    ///
    /// - Parameter revision: The policy that this plan is for.
    /// - Returns: In the order of the plan; what only goes to another filter is not in it.
    public func differences(to revision: PolicyRevision) -> [RevisionDifference] {
        var order: [String] = []
        var replaced: [String: (record: PolicyRecord, attachments: [String])] = [:]
        for case .replace(let attachment, _) in steps {
            guard let record = attachment.policy, record.digest != revision.digest else { continue }
            if replaced[record.digest] == nil { order.append(record.digest) }
            replaced[record.digest, default: (record, [])].attachments.append(
                "\(attachment.name) \(attachment.point.hook)")
        }
        return order.compactMap { replaced[$0] }.map { record, attachments in
            RevisionDifference(
                attachments: attachments, policy: record.policy, digest: record.digest,
                difference: PolicyDifference(from: record.text, to: revision.text),
                isInSetFiles: record.text == revision.text)
        }
    }
}
