internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// An offload of an interface, as `ethtool -K` switches it.
public enum Offload: Sendable {
    /// `gro`.
    case receiveJoining
    /// `txvlan`.
    case transmitVLAN

    /// Switches it on or off.
    ///
    /// - Parameters:
    ///   - isOn: What is wanted.
    ///   - interface: An interface of the calling thread's network namespace.
    /// - Throws: `SystemError` when the kernel refuses.
    public func set(_ isOn: Bool, on interface: String) throws {
        switch self {
        case .receiveJoining:
            try request(0x2c, isOn ? 1 : 0, interface)  // ETHTOOL_SGRO
        case .transmitVLAN:
            let flag: UInt32 = 1 << 7  // ETH_FLAG_TXVLAN
            let flags = try request(0x25, 0, interface)  // ETHTOOL_GFLAGS
            try request(0x26, isOn ? flags | flag : flags & ~flag, interface)  // ETHTOOL_SFLAGS
        }
    }

    @discardableResult
    private func request(_ command: UInt32, _ value: UInt32, _ interface: String) throws -> UInt32 {
        let socket = OwnedDescriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
        var (request, ifreq) = (EthtoolValue(cmd: command, data: value), Ifreq())
        withUnsafeMutableBytes(of: &ifreq.name) { $0.copyBytes(from: interface.utf8.prefix(15)) }
        let status = withUnsafeMutablePointer(to: &request) { pointer in
            ifreq.data = UnsafeMutableRawPointer(pointer)
            return ioctl(socket.rawValue, 0x8946, &ifreq)  // SIOCETHTOOL
        }
        guard status == 0 else {
            throw SystemError(
                attempt: "switch offload", subject: interface, errno: Errno(rawValue: errno))
        }
        return request.data
    }
}

/// `struct ethtool_value`.
private struct EthtoolValue {
    let cmd: UInt32
    let data: UInt32
}

/// `struct ifreq`, whose union Swift does not import: name, then a pointer.
private struct Ifreq {
    var name: (UInt64, UInt64) = (0, 0)
    var data: UnsafeMutableRawPointer?
    var rest: (UInt64, UInt64) = (0, 0)
}
