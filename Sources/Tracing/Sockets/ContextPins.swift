internal import BPF
internal import Datapath
internal import Foundation
internal import LinuxSystem
internal import SystemPackage

/// What `netctl context on` leaves: a folder beside those of attachments, with the maps, a link for
/// each program, and behind them `about`: a folder without it is what a killed command left.
struct ContextPins {
    /// The folder.
    let folder: FilePath

    /// What is known of a context that is on.
    struct About: Codable {
        /// Of the records in the maps: a netctl that has another cannot read them.
        let layout: Int
        let since: Date
        let tracksUsers: Bool
        let imported: SocketScan.Method?
        let links: [String]
        let refusals: [ContextLoader.Refusal]
    }

    /// Raised with each change of `struct netctl_socket` and of what the programs do.
    static let layout = 1

    private static let name = "context"

    /// The folder below a root of pins.
    init(in root: PinRoot) { folder = root.path.appending(Self.name) }

    /// The folder, if it is there.
    static func existing() throws -> ContextPins? {
        guard let root = try PinRoot.existing() else { return nil }
        let pins = ContextPins(in: root)
        return pins.exists ? pins : nil
    }

    private var exists: Bool { (try? FileIdentity(path: folder.string)) != nil }
    private var record: FilePath { folder.appending("about") }

    /// What is on; nil if a killed command left a part.
    func about() throws -> About? {
        guard (try? FileIdentity(path: record.string)) != nil else { return nil }
        let about: About
        do {
            about = try PinnedRecord.read(at: record)
        } catch {
            throw Self.otherVersion
        }
        guard about.layout == Self.layout else { throw Self.otherVersion }
        return about
    }

    private static let otherVersion = TracingError(
        "read socket context", "\(PinRoot.place)/\(name)",
        "it was not made by this version of netctl",
        hint: "use the netctl that made it, or 'netctl context off'")

    /// The maps.
    func maps() throws -> ContextMaps { try ContextMaps(pinnedIn: folder) }

    /// Makes everything, in the order in which it can be left half done.
    func create(tracksUsers: Bool) throws -> About {
        try Directory.make(folder.string, mode: 0o700)
        do {
            let maps = try ContextMaps.create(remembering: true)
            try maps.pin(in: folder)
            var loader = ContextLoader()
            loader.attach(ContextProgram.always, sharing: maps)
            loader.attach(ContextProgram.remembering, sharing: maps)
            if tracksUsers { loader.attach(ContextProgram.trackingUsers, sharing: maps) }
            try loader.requireSome()
            for link in loader.links { try link.link.pin(at: folder.appending(link.name)) }
            let about = About(
                layout: Self.layout, since: Date(), tracksUsers: tracksUsers,
                imported: try maps.importSockets(), links: loader.links.map(\.name),
                refusals: loader.refusals)
            try PinnedRecord.create(about, at: record)
            return about
        } catch {
            _ = try? remove()
            throw error
        }
    }

    /// Removes everything; programs are off when their links' names are gone.
    ///
    /// - Returns: Whether anything was there.
    @discardableResult
    func remove() throws -> Bool {
        guard exists else { return false }
        let names = try Directory.entries(at: folder.string)
        // First what says that it is on.
        for name in names.filter({ $0 == "about" }) + names.filter({ $0 != "about" }) {
            try Pin.remove(at: folder.appending(name))
        }
        try Directory.remove(folder.string)
        return true
    }
}
