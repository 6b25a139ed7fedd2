internal import Glibc
public import SystemPackage

/// Tells that something in folders has changed: that a file was made, written, renamed or removed, or a
/// folder itself. What it was is not told; who is told looks again.
///
/// The corresponding interface is `inotify(7)`: what happens on another machine's side of a network
/// file system is not seen, nor what happens while the watch is made.
public final class FolderWatch {
    private let descriptor: OwnedDescriptor
    /// inotify's numbers of the folders: one each, by however many paths it is watched.
    private var watched: Set<Int32> = []

    /// Watches nothing yet.
    ///
    /// - Throws: ``SystemError`` with `EMFILE` when the user has too many.
    public init() throws(SystemError) {
        let number = inotify_init1(O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            throw SystemError(
                attempt: "watch folders", subject: "inotify", errno: .current,
                hint: "fs.inotify.max_user_instances limits how many a user may have")
        }
        descriptor = OwnedDescriptor(owning: number)
    }

    /// Readable when something has changed; valid as long as this value lives.
    public var rawDescriptor: Int32 { descriptor.rawValue }

    /// Watches these folders from now on, and no others.
    ///
    /// - Parameter folders: Their paths; symbolic links are followed.
    /// - Returns: Those that cannot be watched, and why: `ENOENT`, `ENOSPC` when the user has too many.
    public func watch(_ folders: Set<String>) -> [String: Errno] {
        var refused: [String: Errno] = [:]
        var current: Set<Int32> = []
        for folder in folders {
            // The same number again for a folder that is watched already.
            let number = inotify_add_watch(descriptor.rawValue, folder, Self.changes)
            if number >= 0 { current.insert(number) } else { refused[folder] = .current }
        }
        for number in watched.subtracting(current) {
            inotify_rm_watch(descriptor.rawValue, number)
        }
        watched = current
        return refused
    }

    private static let changes = UInt32(
        IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB
            | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

    /// Takes what has been told.
    ///
    /// - Returns: Whether that was anything.
    public func drain() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        var isAny = false
        while let count = try? descriptor.read(into: &buffer), count > 0 { isAny = true }
        return isAny
    }
}
