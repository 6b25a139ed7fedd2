internal import CLibxxhash
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
    ///   - setFiles: The contents of its set files, as read, in order.
    ///   - folder: What their names are relative to, if that is one folder.
    public init(_ policy: Policy, setFiles: [[UInt8]], folder: String? = nil) {
        self.policy = policy
        self.folder = folder
        text = PolicyWriter.write(policy)
        let parts = [XXH3.digest(Array(text.utf8))] + setFiles.map(XXH3.digest)
        digest = XXH3.digest(Array(parts.joined(separator: "\n").utf8))
    }
}

/// XXH3, 128 bits: tells contents apart, not meant to withstand who crafts them; a policy is root's.
private enum XXH3 {
    static func digest(_ bytes: [UInt8]) -> String {
        let hash = bytes.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        return [hash.high64, hash.low64].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
