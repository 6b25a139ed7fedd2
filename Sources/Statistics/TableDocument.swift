public import Datapath

/// A table of a filter in JSON.
public struct TableDocument: Encodable, Sendable {
    let name: String
    let structure: String
    let entries: Int
    let bytes: Int

    /// A table.
    public init(_ table: TableRecord) {
        name = table.name
        structure = table.structure
        entries = table.entries
        bytes = table.bytes
    }
}
