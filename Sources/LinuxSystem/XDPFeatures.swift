internal import CLinuxShims
public import SystemPackage

/// What a driver can do with XDP, `enum netdev_xdp_act`.
public struct XDPFeatures: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt64

    /// Makes a set from the kernel's bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Programs run in the driver, and may pass, drop, abort and send back.
    public static let basic = XDPFeatures(rawValue: 1 << 0)
    /// Programs may redirect from it.
    public static let redirect = XDPFeatures(rawValue: 1 << 1)
    /// Others may redirect to it.
    public static let transmit = XDPFeatures(rawValue: 1 << 2)
    /// AF_XDP without copies.
    public static let zeroCopy = XDPFeatures(rawValue: 1 << 3)
    /// Programs can be put on the card.
    public static let offload = XDPFeatures(rawValue: 1 << 4)
    /// Frames of several buffers are received.
    public static let frags = XDPFeatures(rawValue: 1 << 5)
    /// Frames of several buffers are sent.
    public static let transmitFrags = XDPFeatures(rawValue: 1 << 6)

    /// Asks the kernel, in the calling thread's network namespace. Since Linux 6.3.
    ///
    /// The corresponding message is `NETDEV_CMD_DEV_GET` of generic netlink.
    ///
    /// - Parameter index: The interface.
    /// - Throws: `ENOENT` if the kernel does not tell, `ENODEV` if there is no such interface.
    public init(ofInterface index: UInt32) throws(Errno) {
        var features: UInt64 = 0
        try Errno.check(netctl_xdp_features(index, &features))
        self.init(rawValue: features)
    }

    /// Their names: `basic, redirect`.
    public var names: [String] {
        let known: [(XDPFeatures, String)] = [
            (.basic, "basic"), (.redirect, "redirect"), (.transmit, "transmit"),
            (.zeroCopy, "zero-copy"), (.offload, "offload"), (.frags, "frags"),
            (.transmitFrags, "transmit-frags"),
        ]
        return known.filter { contains($0.0) }.map(\.1)
    }
}
