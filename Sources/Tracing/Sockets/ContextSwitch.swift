internal import BPF
internal import Datapath
public import Foundation
internal import SystemPackage

/// Switches the socket context on and off: on, it runs without a process, and remembers.
public enum ContextSwitch {
    /// What is on.
    public struct Status: Sendable {
        /// Since when.
        public let since: Date
        /// Whether each call that sends or receives is seen.
        public let tracksUsers: Bool
        /// How full it is.
        public let fill: SocketContext.Fill
        /// Kinds of drops that are remembered.
        public let drops: Int
        /// How many programs are attached.
        public let programs: Int
        /// Bytes of its maps, as the kernel accounts for them.
        public let bytes: UInt64
        /// How sockets older than it were found; nil: they were not.
        public let imported: SocketScan.Method?
        /// What is not seen here, and why.
        public let limits: [String]
        /// Links that should be there and are not: somebody has removed them.
        public let missing: [String]

        /// Whether there are sockets that it does not know.
        public var isDegraded: Bool { fill.full > 0 || imported == nil || !missing.isEmpty }
    }

    /// Switches it on.
    ///
    /// - Parameters:
    ///   - trackingUsers: Whether each call that sends or receives is to be seen.
    ///   - notice: Told what was undone or finished that a killed command had left.
    /// - Returns: False if it was on.
    /// - Throws: ``TracingError``, also when it is on and tracks users, or does not, other than asked.
    public static func turnOn(
        trackingUsers: Bool, notice: @escaping @Sendable (String) -> Void
    ) throws(TracingError) -> Bool {
        do {
            return try Reconciler(notice: notice).change { root in
                let pins = ContextPins(in: root)
                if let about = try pins.about() {
                    guard about.tracksUsers == trackingUsers else {
                        throw TracingError(
                            "switch socket context on", pins.folder.string,
                            "it is on, \(about.tracksUsers ? "with" : "without") --track-users",
                            hint: "netctl context off")
                    }
                    return false
                }
                if try pins.remove() { notice("a socket context that was half on was removed") }
                _ = try pins.create(tracksUsers: trackingUsers)
                return true
            }
        } catch {
            throw TracingError(error)
        }
    }

    /// Switches it off, and forgets what it knew.
    ///
    /// - Parameter notice: As for ``turnOn(trackingUsers:notice:)``.
    /// - Returns: False if it was off.
    /// - Throws: ``TracingError``.
    public static func turnOff(
        notice: @escaping @Sendable (String) -> Void
    ) throws(TracingError) -> Bool {
        do {
            guard try ContextPins.existing() != nil else { return false }
            return try Reconciler(notice: notice).change { try ContextPins(in: $0).remove() }
        } catch {
            throw TracingError(error)
        }
    }

    /// The context that is on; nil if none is.
    ///
    /// - Throws: ``TracingError``.
    public static func current() throws(TracingError) -> SocketContext? {
        do {
            guard let pins = try ContextPins.existing(), try pins.about() != nil else { return nil }
        } catch {
            throw TracingError(error)
        }
        return try SocketContext.open()
    }

    /// What is on; nil if it is off.
    ///
    /// - Throws: ``TracingError``, also for one that a killed command left half on.
    public static func status() throws(TracingError) -> Status? {
        do {
            guard let pins = try ContextPins.existing() else { return nil }
            guard let about = try pins.about() else {
                throw TracingError(
                    "read socket context", pins.folder.string,
                    "a command that was killed has left a part of it",
                    hint: "netctl context on, or netctl context off")
            }
            let context = try SocketContext.open()
            let missing = about.links.filter {
                (try? Link(pinned: pins.folder.appending($0))) == nil
            }
            return Status(
                since: about.since, tracksUsers: about.tracksUsers, fill: try context.fill(),
                drops: try context.drops().count, programs: about.links.count - missing.count,
                bytes: context.memory, imported: about.imported,
                limits: about.refusals.map(\.text), missing: missing)
        } catch {
            throw TracingError(error)
        }
    }
}
