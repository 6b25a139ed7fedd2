internal import LinuxSystem
internal import SystemPackage

/// An interface that has moved to another network namespace, with an attachment on it.
struct Move: Sendable {
    /// Where it was.
    let from: AttachPoint
    /// Where it is; nil in a namespace that has no name and cannot be looked into.
    let to: AttachPoint?
    /// `eth1 in netns blue`
    let label: String?

    /// What `status` says of it.
    func problem(_ attachment: Attachment) -> Problem {
        Problem(
            code: "moved",
            message: "\(attachment.name): the interface has moved to "
                + (label ?? "a network namespace without a name")
                + ", the \(from.hook) attachment there goes on",
            hint: to == nil
                ? "netctl detach \(attachment.location.name)"
                : "the next apply takes note of it; or netctl detach \(attachment.location.name)")
    }
}

extension PinRoot {
    /// Gives attachments whose interfaces have moved the names that go with their new places.
    ///
    /// - Returns: Whether there were any.
    func follow(_ moves: [Move]) throws -> Bool {
        var hasFollowed = false
        for move in moves {
            guard let to = move.to, !pins(of: to).exist else { continue }
            try Directory.rename(
                pins(of: move.from).folder.string, to: pins(of: to).folder.string)
            hasFollowed = true
        }
        return hasFollowed
    }
}
