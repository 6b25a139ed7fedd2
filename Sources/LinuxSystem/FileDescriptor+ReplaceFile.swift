internal import Glibc
public import SystemPackage

extension FileDescriptor {
    /// Writes a file whole, or leaves what was there: the bytes go to a draft beside it, `PATH.netctl-PID`, which
    /// takes its name when it is on disk. What is no regular file, as `/dev/null`, is written to and not replaced.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - permissions: Of the new file, less the process's umask.
    ///   - body: Writes.
    /// - Returns: What `body` returns.
    /// - Throws: `Errno`, and what `body` throws.
    public static func replaceFile<Result>(
        at path: String, permissions: FilePermissions, _ body: (FileDescriptor) throws -> Result
    ) throws -> Result {
        if let kind = try? FileState(path: path).kind, kind != .regular {
            let file = try open(path, .writeOnly)
            return try file.closeAfter { try body(file) }
        }
        let draft = "\(path).netctl-\(getpid())"
        // In a folder that others may write to, the name may be taken by a link to anything.
        try? Directory.unlink(draft)
        do {
            let file = try open(
                draft, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: permissions)
            let result = try file.closeAfter {
                let result = try body(file)
                // Or a loss of power behind the renaming leaves an empty file.
                try file.synchronize()
                return result
            }
            try Directory.rename(draft, to: path)
            return result
        } catch {
            try? Directory.unlink(draft)
            throw error
        }
    }
}
