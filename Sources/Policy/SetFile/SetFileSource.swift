/// Where set files are.
public protocol SetFileSource {
    /// Opens one.
    ///
    /// - Parameter path: Relative to what the policy file's own path is relative to.
    /// - Returns: Its text; nobody else reads it.
    /// - Throws: An error whose description says why it cannot be read.
    func open(_ path: String) throws -> any SetFileText
}
