internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A new directory that is removed, with what is in it, when its owner goes.
public struct TemporaryDirectory: ~Copyable, Sendable {
    /// Its absolute path, without symbolic links.
    public let path: String

    /// Makes the directory, readable by this user alone, in `parent`.
    public init(in parent: String = "/tmp", prefix: String = "netctl-test") throws {
        var template = Array("\(parent)/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(
                attempt: "make temporary directory", subject: parent,
                errno: Errno(rawValue: errno))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a file in it.
    public func appending(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a text file in it and answers its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let file = appending(name)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let owner = OwnedDescriptor(owning: descriptor)
        let bytes = Array(text.utf8)
        guard descriptor >= 0, Glibc.write(owner.rawValue, bytes, bytes.count) == bytes.count
        else {
            throw SystemError(attempt: "write", subject: file, errno: Errno(rawValue: errno))
        }
        return file
    }

    deinit {
        TemporaryDirectory.removeTree(path)
    }

    /// Removes a tree; symbolic links are not followed, other file systems' roots stay.
    private static func removeTree(_ path: String) {
        if (try? Directory.unlink(path)) != nil { return }
        for name in (try? Directory.entries(at: path)) ?? [] { removeTree("\(path)/\(name)") }
        try? Directory.remove(path)
    }
}
