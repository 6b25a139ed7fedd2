internal import BPF
internal import BPFObjects

/// Reads the descriptors of all processes, as often as one likes: what the kernel needs for it is loaded
/// once.
final class SocketWalk {
    private struct Held: ~Copyable { let link: Link }
    private var held: Held?
    /// Why the kernel does not walk them.
    private var refusal: (any Error)?

    /// Prepares.
    init() {
        do {
            var object = try OpenObject(image: BPFObjects.socketScan.image(), name: "scan")
            try object.createOnly(maps: ["scan.rodata"])
            held = Held(link: try Self.load(object, keeps: false))
        } catch {
            refusal = error
        }
    }

    /// Loads the iterator.
    ///
    /// - Parameters:
    ///   - object: With the maps that it is to use.
    ///   - keeps: Whether sockets that are unknown are kept in those maps.
    /// - Throws: `BPFError` if the kernel refuses.
    static func load(_ object: consuming OpenObject, keeps: Bool) throws -> Link {
        var object = object
        try object.setGlobal("keeps", to: keeps)
        return try Link.attachIterator(program: object.load().program("socket_scan"))
    }

    /// Walks; without the kernel's help, by `/proc`.
    ///
    /// - Throws: ``TracingError`` for want of privileges.
    func scan() throws(TracingError) -> SocketScan {
        do {
            if let refusal { throw refusal }
            return try walk()
        } catch {
            return try SocketScan(fallingBackFrom: error)
        }
    }

    private func walk() throws -> SocketScan {
        guard let scan = try held.map({ try SocketScan(walking: $0.link) }) else {
            throw TracingError("walk descriptors", "all processes", "there is no iterator")
        }
        return scan
    }
}
