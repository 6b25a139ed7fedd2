public import Policy

/// Why a filter that reads well cannot be compiled.
public struct CompileError: Error, Sendable, CustomStringConvertible {
    /// The filter.
    public let filter: Name
    /// What is too large, and by how much.
    public let message: String

    /// `compile filter 'inbound': …`
    public var description: String { "compile filter '\(filter)': \(message)" }
}
