public import Policy

/// A policy with the digest of everything that it means: its text and what its set files hold.
public struct PolicyRevision: Sendable {
    /// The policy.
    public let policy: Policy
    /// 32 hexadecimal digits; equal digests need no apply.
    public let digest: String
    /// The whole policy as YAML, set files by name.
    public let text: String
    /// What the names of set files are relative to; nil when that is not one folder.
    let folder: String?

    /// A revision.
    ///
    /// - Parameters:
    ///   - policy: A policy that was read without errors.
    ///   - setFiles: The digests of the text of its set files, in the order of reading.
    ///   - folder: What their names are relative to, if that is one folder.
    init(_ policy: Policy, setFiles: [ContentDigest], folder: String? = nil) {
        self.policy = policy
        self.folder = folder
        text = PolicyWriter.write(policy)
        let parts = [ContentDigest(text)] + setFiles
        digest = ContentDigest(parts.map(\.text).joined(separator: "\n")).text
    }
}
