internal import Glibc
public import SystemPackage

/// Directory operations that swift-system lacks, each a thin wrapper.
public enum Directory {
    /// The names in a directory, in no order, without `.` and `..`.
    ///
    /// A name that is not UTF-8 is repaired, and then names nothing.
    ///
    /// The corresponding C function is `readdir(3)`.
    public static func entries(at path: String) throws(Errno) -> [String] {
        guard let stream = opendir(path) else { throw .current }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            Glibc.errno = 0
            guard let entry = readdir(stream) else {
                let errno = Errno.current
                guard errno.rawValue == 0 else { throw errno }
                return names
            }
            // SAFETY: d_name is terminated and valid until the next readdir; the record may be
            // shorter than the imported structure, so the name is read in place.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
            let start = UnsafeRawPointer(entry).advanced(by: offset)
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Makes a directory (`mkdir(2)`).
    ///
    /// - Parameters:
    ///   - path: The new directory; its parent must exist.
    ///   - mode: Permission bits, less the umask.
    /// - Throws: `EEXIST` if the path names something already, `ENOENT` without a parent.
    public static func make(_ path: String, mode: UInt32 = 0o755) throws(Errno) {
        guard mkdir(path, mode) == 0 else { throw .current }
    }

    /// Removes an empty directory (`rmdir(2)`).
    public static func remove(_ path: String) throws(Errno) {
        guard rmdir(path) == 0 else { throw .current }
    }

    /// Removes a name that is not a directory (`unlink(2)`): a file, a link, a pin.
    public static func unlink(_ path: String) throws(Errno) {
        guard Glibc.unlink(path) == 0 else { throw .current }
    }

    /// Renames, replacing what `target` names (`rename(2)`).
    public static func rename(_ source: String, to target: String) throws(Errno) {
        guard Glibc.rename(source, target) == 0 else { throw .current }
    }
}
