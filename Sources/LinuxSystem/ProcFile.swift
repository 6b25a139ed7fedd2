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
        do throws(Errno) {
            let bytes = try OwnedDescriptor.open(path).readAll()
            return String(decoding: bytes, as: UTF8.self)
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
}
