/// A place in a policy file or a set file.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file's path, as given.
    public var file: String
    /// The line, from 1; 0 means the whole file.
    public var line: Int
    /// The column, from 1, in Unicode scalars; 0 means the whole line.
    public var column: Int
    /// The number of columns that the element covers on its line.
    public var length: Int

    /// Makes a location.
    public init(file: String, line: Int = 1, column: Int = 0, length: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
        self.length = length
    }

    /// The place of what was not read from a file.
    public static let none = SourceLocation(file: "", line: 0)

    /// `policy.yaml:12:7`, or `feeds/threats.txt:812` for a whole line, or the file alone.
    public var description: String {
        guard line > 0 else { return file }
        return column > 0 ? "\(file):\(line):\(column)" : "\(file):\(line)"
    }
}
