internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// An interface without a link layer, of the calling thread's namespace, whose wire is in the test's
/// hands: packets begin with their IP header. It goes with its owner.
public struct TunDevice: ~Copyable, Sendable {
    /// The interface's name.
    public let name: String
    /// Its index.
    public let index: UInt32
    private let descriptor: OwnedDescriptor

    /// Whether the kernel has the driver, which is a module on many.
    public static let isAvailable = (try? OwnedDescriptor.open(path, .readWrite)) != nil

    private static let path = "/dev/net/tun"

    /// Makes an interface and switches it on, without addresses.
    public init(name: String = "tun0") throws {
        self = try TunDevice(
            name: name, descriptor: TunDevice.interface(name), index: TunDevice.up(name))
    }

    private init(name: String, descriptor: consuming OwnedDescriptor, index: UInt32) {
        self.name = name
        self.descriptor = descriptor
        self.index = index
    }

    private static func interface(_ name: String) throws -> OwnedDescriptor {
        let descriptor = try OwnedDescriptor.open(path, .readWrite)
        // struct ifreq: the name, then the flags.
        var request = [UInt8](repeating: 0, count: 40)
        request.replaceSubrange(0..<min(15, name.utf8.count), with: name.utf8.prefix(15))
        withUnsafeBytes(of: UInt16(0x1001)) {  // IFF_TUN | IFF_NO_PI
            request.replaceSubrange(16..<18, with: $0)
        }
        guard ioctl(descriptor.rawValue, 0x4004_54ca, &request) == 0 else {  // TUNSETIFF
            throw SystemError(attempt: "make tun", subject: name, errno: Errno(rawValue: errno))
        }
        return descriptor
    }

    private static func up(_ name: String) throws -> UInt32 {
        try runChecked(["ip", "link", "set", name, "up"])
        return try interfaceIndex(name)
    }

    /// Has the interface receive a packet.
    public borrowing func send(_ packet: [UInt8]) throws {
        guard write(descriptor.rawValue, packet, packet.count) == packet.count else {
            throw SystemError(
                attempt: "send packet", subject: name, errno: Errno(rawValue: errno))
        }
    }

    /// The next packet that the interface sends; nil if it sends none in time.
    public borrowing func receive(within limit: Duration) -> [UInt8]? {
        var polled = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, Int32(limit / .milliseconds(1))) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor.rawValue, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
