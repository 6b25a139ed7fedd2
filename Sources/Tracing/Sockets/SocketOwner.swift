public import LinuxSystem

/// A process that a socket belongs to. It may have ended since.
public struct SocketOwner: Hashable, Sendable {
    /// The process.
    public let pid: Int32
    /// The thread that was seen; 0 if none was.
    public let tid: Int32
    /// Its user.
    public let uid: UInt32
    /// Its name, as it is: it may have any character in it. ``printable(_:)`` makes it fit to print.
    public let comm: String
    /// The id of its cgroup of version 2; 0 if it is not known.
    public let cgroupID: UInt64
    /// When the process started, in clock ticks since boot; with the number it names one process for
    /// ever.
    public let startTicks: UInt64

    /// The process, if it still runs: another with its number is not it.
    public var running: LinuxProcess? {
        let process = LinuxProcess(pid: pid)
        return process.startTicks == startTicks ? process : nil
    }

    /// `curl[4711]`, fit to print.
    public var text: String { "\(printable(comm))[\(pid)]" }
}
