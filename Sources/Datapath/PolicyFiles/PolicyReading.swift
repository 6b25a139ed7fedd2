public import LinuxSystem
public import Policy

/// What reading policy files, and the set files that they name, gave.
public struct PolicyReading: Sendable {
    /// The diagnostics.
    public let result: ReadResult
    /// The policy; nil when there is any error.
    public let revision: PolicyRevision?
    /// The paths of the set files, in the order of reading, those that could not be read included.
    public let setFiles: [String]
    /// What the files were when they were opened, by their paths: another mark, another file.
    public let marks: [String: FileMark]
}
