import Glibc
import NetTypes

/// A TCP socket of the test's own, in the network namespace of the thread that makes it.
final class TCPSocket {
    let descriptor: Int32
    private let family: Int32

    private init(descriptor: Int32, family: Int32) {
        self.descriptor = descriptor
        self.family = family
    }

    /// A socket of the family of an address.
    convenience init(like host: IPAddress, isNonBlocking: Bool = false) throws {
        let family: Int32
        switch host {
        case .v4: family = AF_INET
        case .v6: family = AF_INET6
        }
        let type = Int32(SOCK_STREAM.rawValue) | (isNonBlocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
        let descriptor = socket(family, type, 0)
        self.init(
            descriptor: try check(descriptor, "socket"), family: family)
    }

    deinit {
        _ = Glibc.close(descriptor)
    }

    /// A listener on any free port.
    static func listening(on host: IPAddress) throws -> TCPSocket {
        let socket = try TCPSocket(like: host)
        _ = try check(withAddress(host, 0) { bind(socket.descriptor, $0, $1) }, "bind")
        _ = try check(listen(socket.descriptor, 16), "listen")
        return socket
    }

    /// Connects; returns the error number, 0 for none.
    func connect(to host: IPAddress, port: UInt16) -> Int32 {
        withAddress(host, port) { Glibc.connect(descriptor, $0, $1) } == 0 ? 0 : errno
    }

    /// Takes a connection.
    func accept() throws -> TCPSocket {
        TCPSocket(
            descriptor: try check(Glibc.accept(descriptor, nil, nil), "accept"), family: family)
    }

    /// Sends bytes.
    func send(_ count: Int) throws {
        let bytes = [UInt8](repeating: 0x78, count: count)
        _ = try check(Int32(Glibc.send(descriptor, bytes, count, 0)), "send")
    }

    /// Sends bytes until there is no room for more.
    func sendUntilFull() throws {
        let bytes = [UInt8](repeating: 0x78, count: 1 << 16)
        while Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {}
        guard errno == EAGAIN else { throw SocketFailure(call: "send", errno: errno) }
    }

    /// Reads until so many bytes have come.
    func receive(_ count: Int) throws {
        var (left, chunk) = (count, [UInt8](repeating: 0, count: count))
        while left > 0 {
            let got = recv(descriptor, &chunk, left, 0)
            left -= Int(try check(Int32(got), "recv"))
        }
    }

    /// Sends no FIN when it is closed, but a reset.
    func resetOnClose() throws {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<Glibc.linger>.size)
        _ = try check(
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size), "setsockopt")
    }

    /// Its own port.
    var port: UInt16 {
        get throws {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(descriptor, $0, &size)
                }
            }
            _ = try check(result, "getsockname")
            // The port is at the same place in both families.
            return withUnsafeBytes(of: storage) {
                UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
            }
        }
    }
}

private struct SocketFailure: Error {
    let call: String
    let errno: Int32
}

private func check(_ result: Int32, _ call: String) throws -> Int32 {
    guard result >= 0 else { throw SocketFailure(call: call, errno: errno) }
    return result
}

private func withAddress<Answer>(
    _ host: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Answer
) -> Answer {
    var storage = sockaddr_storage()
    let size: Int
    switch host {
    case .v4(let address):
        var ipv4 = sockaddr_in()
        ipv4.sin_family = sa_family_t(AF_INET)
        ipv4.sin_port = port.bigEndian
        ipv4.sin_addr.s_addr = address.bits.bigEndian
        size = MemoryLayout<sockaddr_in>.size
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: ipv4, as: sockaddr_in.self) }
    case .v6(let address):
        var ipv6 = sockaddr_in6()
        ipv6.sin6_family = sa_family_t(AF_INET6)
        ipv6.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &ipv6.sin6_addr) {
            $0.storeBytes(of: address.bits.bigEndian, as: UInt128.self)
        }
        size = MemoryLayout<sockaddr_in6>.size
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: ipv6, as: sockaddr_in6.self) }
    }
    return withUnsafePointer(to: storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
}
