import TestSupport

extension VethPair {
    /// Sends datagrams of six bytes from the far end to the near one, over IPv4.
    func send(_ count: Int, port: UInt16) throws {
        try onFar {
            try runChecked([
                "ip", "neighbour", "replace", near.ipv4, "lladdr", near.mac, "dev", far.name,
                "nud", "permanent",
            ])
            try UDPSocket(bound: far.ipv4).send(count, to: near.ipv4, port: port)
        }
    }
}
