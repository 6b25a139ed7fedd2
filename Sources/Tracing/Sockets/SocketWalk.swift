internal import BPF
internal import BPFObjects

/// Reads the descriptors of all processes, as often as one likes: what the kernel needs for it is loaded
/// once.
final class SocketWalk {
    /// The iterator, or why the kernel has none.
    private let iterator: Result<NamedLink, any Error>

    /// Prepares.
    init() {
        iterator = Result {
            var object = try OpenObject(image: BPFObjects.socketScan.image(), name: "scan")
            try object.createOnly(maps: ["scan.rodata"])
            return NamedLink(name: "socket_scan", link: try Self.load(object, keeps: false))
        }
    }

    /// Loads the iterator.
    ///
    /// - Parameters:
    ///   - object: With the maps that it is to use.
    ///   - keeps: Whether sockets that are unknown are kept in those maps.
    /// - Returns: Its link.
    /// - Throws: `BPFError` if the kernel refuses.
    static func load(_ object: consuming OpenObject, keeps: Bool) throws -> Link {
        var object = object
        try object.setGlobal("keeps", to: keeps)
        return try Link.attachIterator(program: object.load().program("socket_scan"))
    }

    /// Walks; without the kernel's help, by `/proc`.
    ///
    /// - Returns: What was found.
    /// - Throws: ``TracingError`` for want of privileges.
    func scan() throws(TracingError) -> SocketScan {
        do {
            return try SocketScan(walking: iterator.get().link)
        } catch {
            return try SocketScan(fallingBackFrom: error)
        }
    }
}
