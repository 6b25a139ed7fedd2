internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

/// Whose sockets are whose: a record of each, by cookie, kept by programs in the kernel.
///
/// While `netctl context` is on, its pinned maps are used. Otherwise the programs run as long as this
/// value lives, at the longest as long as the process: links hold them, and nothing is pinned.
public final class SocketContext {
    /// How sockets that are older than the context were found.
    public let imported: SocketScan.Method?
    /// What is not seen here, and why: programs that the kernel refused.
    public let limits: [String]
    /// Whether it outlives the process.
    public let isPinned: Bool

    private let maps: ContextMaps
    private let links: [NamedLink]
    private let swept = SweepTime()

    /// Uses what `netctl context on` has left, or begins anew.
    ///
    /// - Throws: ``TracingError``, with `.unsupported` for want of privileges.
    public static func open() throws(TracingError) -> SocketContext {
        do {
            if let pins = try ContextPins.existing(), let about = try pins.about() {
                return SocketContext(
                    maps: try pins.maps(), links: [], imported: about.imported,
                    limits: about.refusals.map(\.text), isPinned: true)
            }
            return try SocketContext()
        } catch {
            throw TracingError(error)
        }
    }

    /// Begins anew, whether or not there is a pinned one.
    init() throws {
        maps = try ContextMaps.create(remembering: false)
        var loader = ContextLoader()
        loader.attach(ContextProgram.always, sharing: maps)
        try loader.requireSome()
        links = loader.links
        limits = loader.refusals.map(\.text)
        imported = try maps.importSockets()
        isPinned = false
    }

    private init(
        maps: consuming ContextMaps, links: [NamedLink], imported: SocketScan.Method?,
        limits: [String], isPinned: Bool
    ) {
        self.maps = maps
        self.links = links
        self.imported = imported
        self.limits = limits
        self.isPinned = isPinned
    }

    /// Puts its maps into an object, in place of the object's own, so that its programs can ask whose a
    /// socket is.
    func share(with object: inout OpenObject) throws { try maps.share(with: &object) }

    /// What is known of a socket, open or closed.
    ///
    /// - Parameter cookie: Its number; 0 is none.
    /// - Returns: The record; nil if the socket is unknown.
    /// - Throws: ``TracingError``.
    public func record(of cookie: UInt64) throws(TracingError) -> SocketRecord? {
        if cookie == 0 { return nil }
        do {
            // A socket that is closed in between is in the second map before it leaves the first.
            guard
                let found = try maps.context.value(for: cookie) ?? maps.recent.value(for: cookie),
                found.cookie == cookie
            else { return nil }
            return SocketRecord(found)
        } catch {
            throw TracingError(error)
        }
    }

    /// All sockets that are known: open ones, and those closed last.
    ///
    /// - Throws: ``TracingError``.
    public func records() throws(TracingError) -> [SocketRecord] {
        do {
            let open = try maps.context.elements().filter { $0.key == $0.value.cookie }
            let closed = try maps.recent.elements().filter { $0.key == $0.value.cookie }
            let known = Set(open.map(\.key))
            return (open + closed.filter { !known.contains($0.key) }).map {
                SocketRecord($0.value)
            }
        } catch {
            throw TracingError(error)
        }
    }

    /// The drops that are remembered; none unless the context is pinned.
    ///
    /// - Throws: ``TracingError``.
    public func drops() throws(TracingError) -> [DropRecord] {
        do {
            return try maps.drops.elements().map { DropRecord($0.key, $0.value) }
        } catch {
            throw TracingError(error)
        }
    }

    /// How many sockets are known, and how many found no room.
    ///
    /// - Throws: ``TracingError``.
    public func fill() throws(TracingError) -> Fill {
        do {
            return Fill(
                open: try maps.context.count(), closed: try maps.recent.count(),
                room: Int(maps.context.capacity), full: try maps.totals.value(at: 0).full)
        } catch {
            throw TracingError(error)
        }
    }

    /// The bytes that its maps take, whatever is in them.
    public var memory: UInt64 { maps.memory }

    /// How full a context is.
    public struct Fill: Sendable, Equatable {
        /// Open sockets that are known.
        public let open: Int
        /// Closed ones that are remembered.
        public let closed: Int
        /// The most open ones that there is room for.
        public let room: Int
        /// Sockets that found no room, and are unknown.
        public let full: UInt64
    }

    /// Imports sockets that are unknown, and forgets those that are gone without having been seen to
    /// go; not more often than once a minute.
    ///
    /// - Throws: ``TracingError``.
    public func sweepIfDue() throws(TracingError) {
        guard swept.isDue else { return }
        do {
            try maps.sweep()
        } catch {
            throw TracingError(error)
        }
    }
}

/// When a context was swept.
private final class SweepTime {
    private var last = ContinuousClock.now

    /// Whether a minute has passed; asked once, it is answered for the next minute.
    var isDue: Bool {
        guard ContinuousClock.now - last > .seconds(60) else { return false }
        last = .now
        return true
    }
}

extension ContextLoader.Refusal {
    /// `who accepts connections: load socket_accept: …`
    var text: String { "\(purpose): \(reason)" }
}

extension HashMap where Kind == HashKind {
    /// How many elements there are.
    fileprivate borrowing func count() throws(BPFError) -> Int {
        var count = 0
        try forEachBatch { keys, _ in count += keys.count }
        return count
    }
}
