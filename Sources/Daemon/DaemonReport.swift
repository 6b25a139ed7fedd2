/// What the daemon did, or did not, and why.
public struct DaemonReport: Hashable, Sendable {
    /// What kind of thing it is.
    public enum Event: String, Sendable, Encodable {
        /// The policy was applied, or what was not as it says was mended.
        case applied
        /// All is as the policy says.
        case inForce = "in-force"
        /// Its files have errors; what they said before is kept.
        case refused
        /// Another command has put another policy of this name in force, which goes first.
        case standingBack = "standing-back"
        /// It could not be applied; it is tried again.
        case failed
        /// Something is odd, but no error.
        case warning
    }

    /// The kind.
    public let event: Event
    /// The policy's name; nil as long as none was read.
    public let policy: String?
    /// The digest of what its files say.
    public let digest: String?
    /// What was done, in order.
    public let steps: [String]
    /// Why, for people; in lines.
    public let message: String?
}
