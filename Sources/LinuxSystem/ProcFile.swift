internal import Glibc
public import SystemPackage

/// Files of procfs and its kin, which know no size, and their links.
public enum ProcFile {
    /// The whole text of a file, read until the end.
    ///
    /// - Parameter path: The file.
    /// - Returns: The text; what is not UTF-8 is repaired.
    /// - Throws: ``SystemError`` with the errno of `open(2)` or `read(2)`.
    public static func read(_ path: String) throws(SystemError) -> String {
        do {
            return String(decoding: try bytes(path), as: UTF8.self)
        } catch {
            throw SystemError(attempt: "read", subject: path, errno: error)
        }
    }

    /// What the symbolic link `path` says, `readlink(2)`.
    public static func link(_ path: String) throws(Errno) -> String {
        var text = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &text, text.count)
        guard count >= 0 else { throw .current }
        return String(
            decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func bytes(_ path: String) throws(Errno) -> [UInt8] {
        let file = try OwnedDescriptor.open(path)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(file.rawValue, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                let errno = Errno.current
                if errno == .interrupted { continue }
                throw errno
            }
            bytes.append(contentsOf: chunk.prefix(count))
        }
    }
}
