internal import Glibc
internal import SystemPackage

/// A TCP connection that a test has made between two namespaces; it is closed with the last reference.
public final class TCPConnection {
    /// The port of the end that connected.
    public let clientPort: UInt16
    private var descriptors: [Int32] = []

    /// Listens on an address of the calling thread's namespace, and connects to it from another one.
    ///
    /// - Parameters:
    ///   - server: An address of the caller's namespace.
    ///   - port: The port to listen on.
    ///   - pair: Whose far end connects.
    /// - Throws: `Errno` of the call that failed.
    public init(to server: String, port: UInt16, from pair: VethPair) throws {
        guard let address = SocketAddress(server, port: port) else {
            throw Errno.invalidArgument
        }
        func open() throws -> Int32 {
            try check(socket(address.family, Int32(SOCK_STREAM.rawValue), 0))
        }
        let listener = try open()
        descriptors.append(listener)
        var yes: Int32 = 1
        _ = try check(
            setsockopt(
                listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size)))
        _ = try check(address.withAddress { bind(listener, $0, $1) })
        _ = try check(listen(listener, 4))
        let client = try pair.onFar {
            let client = try open()
            _ = try check(address.withAddress { connect(client, $0, $1) })
            return client
        }
        descriptors.append(client)
        var own = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try check(
            withUnsafeMutablePointer(to: &own) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(client, $0, &size)
                }
            })
        // The port stands at the same place in both families.
        clientPort = withUnsafeBytes(of: own) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}

private func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw Errno(rawValue: errno) }
    return result
}
