internal import CLinuxShims
public import SystemPackage

/// The driver behind a network interface.
public enum InterfaceDriver {
    /// The driver's name, `"veth"`, as `ethtool -i` prints it.
    ///
    /// The corresponding request is `ETHTOOL_GDRVINFO`.
    ///
    /// - Parameters:
    ///   - interface: The interface's name, at most 15 bytes.
    ///   - socket: A socket of any family, netlink's too; its network namespace is searched,
    ///     whatever the calling thread's is.
    /// - Returns: The name; empty if the driver gives none.
    /// - Throws: `ENODEV` if there is no such interface, `EOPNOTSUPP` if it names no driver.
    public static func name(
        ofInterface interface: String, socket: Int32
    ) throws(Errno) -> String {
        var driver = [CChar](repeating: 0, count: 32)
        try Errno.check(netctl_interface_driver(socket, interface, &driver, driver.count))
        let bytes = driver.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
