internal import Glibc
internal import SystemPackage

/// A process as `/proc` tells it.
///
/// Every answer is of a moment: the process may end, and its number be given to another.
/// ``startTicks`` tells them apart.
public struct LinuxProcess: Hashable, Sendable {
    /// The number.
    public let pid: Int32

    /// A process by number, whether or not there is one.
    public init(pid: Int32) { self.pid = pid }

    /// Every process that is there.
    public static func all() -> [LinuxProcess] {
        ((try? Directory.entries(at: "/proc")) ?? []).compactMap(Int32.init).sorted()
            .map(LinuxProcess.init)
    }

    /// The name, `/proc/PID/comm`, as it is: it may have any byte in it. Nil if there is no such
    /// process.
    public var comm: String? {
        guard var text = try? ProcFile.read("/proc/\(pid)/comm") else { return nil }
        if text.last == "\n" { text.removeLast() }
        return text
    }

    /// When it started, in clock ticks since boot; nil if there is no such process.
    public var startTicks: UInt64? {
        guard let text = try? ProcFile.read("/proc/\(pid)/stat"),
            let end = text.lastIndex(of: ")")
        else { return nil }
        // Behind the name come the third field, state, and the following; starttime is the 22nd.
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }

    /// What ``startTicks`` is for a process that started so many ns after boot. `/proc` tells it by the
    /// clock of who reads.
    ///
    /// - Parameter nanoseconds: `start_boottime` of the kernel's task.
    /// - Returns: Ticks since boot.
    public static func ticks(fromBootNanoseconds nanoseconds: UInt64) -> UInt64 {
        ticks(fromBootNanoseconds: nanoseconds, ahead: TimeNamespace.bootOffset)
    }

    static func ticks(fromBootNanoseconds nanoseconds: UInt64, ahead offset: Int64) -> UInt64 {
        UInt64(max(0, Int64(clamping: nanoseconds) + offset)) / nanosecondsPerTick
    }

    /// The other way round; it is exact to a tick.
    public static func bootNanoseconds(fromTicks ticks: UInt64) -> UInt64 {
        let own = Int64(clamping: ticks * nanosecondsPerTick)
        return UInt64(max(0, own - TimeNamespace.bootOffset))
    }

    private static let nanosecondsPerTick =
        1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))

    /// The user, and nil if there is no such process.
    public var uid: UInt32? {
        var status = stat()
        guard lstat("/proc/\(pid)", &status) == 0 else { return nil }
        return status.st_uid
    }

    /// The paths of its cgroups by hierarchy: an empty name is version 2's, others are those of
    /// version 1, `cpu,cpuacct` or `name=systemd`.
    public var cgroupPaths: [String: String] {
        guard let text = try? ProcFile.read("/proc/\(pid)/cgroup") else { return [:] }
        // 0::/system.slice/ssh.service
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        return Dictionary(
            lines.filter { $0.count == 3 }.map { (String($0[1]), String($0[2])) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The inodes of the sockets among its descriptors; none if they may not be read.
    public var socketInodes: Set<UInt64> {
        let folder = "/proc/\(pid)/fd"
        let names = (try? Directory.entries(at: folder)) ?? []
        return Set(
            names.compactMap { name in
                guard let link = try? ProcFile.link("\(folder)/\(name)"),
                    link.hasPrefix("socket:[")
                else { return nil }
                return UInt64(link.dropFirst(8).dropLast())
            })
    }
}
