internal import Glibc
internal import LinuxSystem
internal import Netlink
internal import SystemPackage

/// Everything that the daemon is told by that it is time to look.
final class Watches {
    /// What was told.
    struct Told {
        var wishes: Set<SignalWatch.Wish> = []
        var hints: Set<Schedule.Hint> = []
    }

    private let signals: SignalWatch
    private let files: FolderWatch
    private let places: FolderWatch
    private let mounts: MountWatch
    private var links: [NetworkNamespace: LinkMonitor] = [:]

    /// The names of the interfaces in the namespaces that are watched.
    var interfaces: Set<String> { Set(links.values.flatMap(\.names)) }

    init() throws {
        files = try FolderWatch()
        places = try FolderWatch()
        mounts = try MountWatch()
        signals = try SignalWatch()
    }

    /// Watches what a policy depends on, and nothing else. What is not there yet is watched for.
    ///
    /// - Returns: What cannot be watched and would have to be, in sentences.
    func follow(_ wanted: Places) -> [String] {
        var refused = files.watch(wanted.foldersOfFiles)
        refused.merge(places.watch(wanted.foldersOfPlaces)) { first, _ in first }
        // Removed in this moment: its absence is found by looking.
        var sentences = refused.filter { $0.value != .noSuchFileOrDirectory }
            .sorted { $0.key < $1.key }.map { "watch \($0): \($1.sentence) (\($1.symbol))" }
        var followed: [NetworkNamespace: LinkMonitor] = [:]
        for name in wanted.namespaces {
            do {
                guard let namespace = try Self.namespace(name) else { continue }
                followed[namespace] = try links[namespace] ?? Self.monitor(name)
            } catch {
                sentences.append("\(error)")
            }
        }
        links = followed
        return sentences
    }

    /// One that is not there yet is told of by the folder of the names.
    private static func namespace(_ name: String?) throws -> NetworkNamespace? {
        guard let name else { return try .current }
        return try? NetworkNamespace(named: name)
    }

    private static func monitor(_ name: String?) throws -> LinkMonitor {
        guard let name else { return try LinkMonitor() }
        return try NetworkNamespace.Handle.named(name).perform { try LinkMonitor() }
    }

    /// Forgets what was told of places until now. An apply that fails makes and removes pins and programs
    /// itself; taken for hints, those would have it tried again and again at once.
    func forgetPlaces() {
        _ = (places.drain(), mounts.drain())
        for monitor in links.values { _ = monitor.drain() }
    }

    /// Waits until something is told or the time has come.
    func wait(until deadline: ContinuousClock.Instant) -> Told {
        let monitors = Array(links.values)
        let descriptors =
            [signals.rawDescriptor, files.rawDescriptor, places.rawDescriptor]
            + monitors.map(\.rawDescriptor)
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // A namespace's name is a file first, and a mount then.
        polled.append(pollfd(fd: mounts.rawDescriptor, events: Int16(POLLPRI), revents: 0))
        let left = max(.zero, deadline - .now) / .milliseconds(1)
        // Rounded up, for a wait that ends too early would begin again at once.
        _ = poll(&polled, nfds_t(polled.count), Int32(min(left.rounded(.up), 3_600_000)))
        var told = Told()
        told.wishes = signals.drain()
        if files.drain() { told.hints.insert(.files) }
        let hasMounted = polled.last.map { $0.revents != 0 } ?? false
        if places.drain() || hasMounted { told.hints.insert(.places) }
        for monitor in monitors where monitor.drain() { told.hints.insert(.places) }
        return told
    }
}
