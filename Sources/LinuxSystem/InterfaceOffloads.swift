internal import CLinuxShims
public import SystemPackage

/// The offloads of a network interface that decide which bytes XDP sees, and whether a veth takes
/// frames from it.
public struct InterfaceOffloads: Hashable, Sendable {
    /// Whether received packets are joined: `gro`. On a veth, frames that XDP sends are taken then.
    public let receiveJoining: Bool
    /// Whether VLAN tags are taken out of received frames: `rxvlan`.
    public let receiveVLAN: Bool
    /// Whether VLAN tags are left to the driver when sending: `txvlan`. A veth hands them to its
    /// other end beside the frame.
    public let transmitVLAN: Bool

    /// Offloads as they are known.
    public init(receiveJoining: Bool, receiveVLAN: Bool, transmitVLAN: Bool) {
        self.receiveJoining = receiveJoining
        self.receiveVLAN = receiveVLAN
        self.transmitVLAN = transmitVLAN
    }

    /// Asks the kernel, as `ethtool -k` does.
    ///
    /// The corresponding requests are `ETHTOOL_GGRO` and `ETHTOOL_GFLAGS`.
    ///
    /// - Parameters:
    ///   - interface: The interface's name, at most 15 bytes.
    ///   - socket: A socket of any family, netlink's too; its network namespace is searched,
    ///     whatever the calling thread's is.
    /// - Throws: `ENODEV` if there is no such interface.
    public init(ofInterface interface: String, socket: Int32) throws(Errno) {
        var offloads = netctl_offloads()
        try Errno.check(netctl_interface_offloads(socket, interface, &offloads))
        receiveJoining = offloads.gro != 0
        receiveVLAN = offloads.receive_vlan != 0
        transmitVLAN = offloads.transmit_vlan != 0
    }
}
