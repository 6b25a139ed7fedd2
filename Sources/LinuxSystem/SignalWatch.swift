internal import CLinuxShims
internal import Glibc
internal import SystemPackage

/// Signals by which a process that goes on for long is told what to do, as something to wait for beside
/// others.
///
/// One value at a time: signals are the process's.
public struct SignalWatch: ~Copyable, Sendable {
    /// What is wished for.
    public enum Wish: UInt8, Sendable {
        /// To look anew at what it was given: SIGHUP.
        case reload = 0x68
        /// To end: SIGINT, SIGTERM. A second one ends the process at once.
        case end = 0x65
    }

    private let reading: OwnedDescriptor
    private let writing: OwnedDescriptor

    private static let numbers = [SIGHUP, SIGINT, SIGTERM]
    // Read by the handlers, which may do nothing but write.
    nonisolated(unsafe) private static var inbox: Int32 = -1
    // Written by a handler: the pipe may be full of other wishes.
    nonisolated(unsafe) private static var hasToEnd = false

    /// Takes the signals from now on, and ignores SIGPIPE.
    ///
    /// The wish is written into a pipe: with `signalfd(2)` they would have to be blocked, and would then
    /// be in the programs that are started, too.
    public init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        do throws(Errno) {
            try Errno.check(netctl_pipe(&ends))
        } catch {
            throw SystemError(attempt: "take signals", subject: "pipe", errno: error)
        }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        reading = OwnedDescriptor(owning: ends[0])
        writing = OwnedDescriptor(owning: ends[1])
        Self.inbox = writing.rawValue
        // Who started us may have blocked them: a thread of Swift's pool has.
        var taken = sigset_t()
        sigemptyset(&taken)
        for number in Self.numbers { sigaddset(&taken, number) }
        pthread_sigmask(SIG_UNBLOCK, &taken, nil)
        // Who read what we say may go away; we do not go with them.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP) { _ in SignalWatch.note(.reload) }
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                signal(number, SIG_DFL)
                SignalWatch.hasToEnd = true
                SignalWatch.note(.end)
            }
        }
    }

    /// Called by the handlers: writes a byte, and leaves errno as it was.
    private static func note(_ wish: Wish) {
        let before = errno
        var byte = wish.rawValue
        _ = write(inbox, &byte, 1)
        errno = before
    }

    /// Readable when one has come; valid as long as this value lives.
    public var rawDescriptor: Int32 { reading.rawValue }

    /// Takes the wishes that have come.
    public borrowing func drain() -> Set<Wish> {
        var buffer = [UInt8](repeating: 0, count: 64)
        var wishes: Set<Wish> = Self.hasToEnd ? [.end] : []
        while let count = try? reading.read(into: &buffer), count > 0 {
            wishes.formUnion(buffer.prefix(count).compactMap(Wish.init))
        }
        return wishes
    }

    deinit {
        for number in Self.numbers + [SIGPIPE] { signal(number, SIG_DFL) }
        Self.inbox = -1
        Self.hasToEnd = false
    }
}
