import Netlink

extension FuzzInput {
    /// A datagram of rtnetlink or sock_diag. Each message is what it says it is, or an error.
    static let netlink = FuzzInput(name: "netlink") { bytes in
        guard let messages = try? NetlinkMessage.parse(bytes) else { return }
        for message in messages {
            _ = try? NetworkLink(message, driver: { _ in nil })
            _ = try? Qdisc(message)
            _ = try? TCFilter(message)
            _ = try? InetSocket(message, proto: 6)
            _ = try? Acknowledgement(message)
        }
    }
}
