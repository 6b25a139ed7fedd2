/// How far the reading of a set file is.
public struct ReadingProgress: Sendable {
    /// The file.
    public let path: String
    /// The bytes of it that have been read.
    public let bytes: Int
    /// Its size.
    public let size: Int

    /// How much of it that is. A file is read a second time when a warning has to name a line.
    public var percent: Int { size > 0 ? min(100, bytes * 100 / size) : 100 }
}
