/// A policy file: its path, and the bytes that somebody read from it.
public struct PolicySource: Sendable {
    /// The path as the user gave it; set files are found relative to it.
    public var path: String
    /// The contents.
    public var bytes: [UInt8]

    /// Makes a source.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The path of a set file that this file names.
    func resolve(_ file: String) -> String {
        guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
        return path[...slash] + file
    }
}
