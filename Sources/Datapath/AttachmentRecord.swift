public import Foundation

/// What `attach` wrote beside the link: facts that do not change while the attachment lives.
public struct AttachmentRecord: Codable, Sendable, Equatable {
    /// `NETCTL_ABI_VERSION` of the netctl that attached.
    public let abi: Int
    /// The interface's name then; it may have been renamed since.
    public let interface: String
    /// How the program is run.
    public let mode: XDPMode
    /// Whether programs are loaded for multi-buffer frames; all of an attachment must agree.
    public let multiBuffer: Bool
    /// When it was attached.
    public let attachedAt: Date
    /// The policy whose `attach:` made it; nil when a person did.
    public let owner: String?
}
