internal import CLibmnl
internal import NetTypes
internal import SystemPackage

extension NetlinkSocket {
    /// All TCP or UDP sockets of the namespace, bound ones, whatever their state; of a socket of
    /// ``Family/sockets``.
    ///
    /// - Parameters:
    ///   - proto: `IPPROTO_TCP` or `IPPROTO_UDP`.
    ///   - family: `AF_INET` or `AF_INET6`.
    /// - Returns: The sockets, in no order.
    /// - Throws: ``NetlinkError`` with `ENOENT` if the kernel has no such diagnostics.
    public mutating func inetSockets(
        proto: UInt8, family: UInt8
    ) throws(NetlinkError) -> [InetSocket] {
        // struct inet_diag_req_v2
        var message = MessageBuilder(type: Int32(SOCK_DIAG_BY_FAMILY), flags: NLM_F_DUMP)
        message.append(family)
        message.append(proto)
        message.append(UInt8(1 << (INET_DIAG_SKMEMINFO - 1)))
        message.append(UInt8(0))
        message.append(UInt32.max)
        for _ in 0..<6 { message.append(UInt64(0)) }
        do {
            return try dump(message).map { reply throws(NetlinkFailure) in
                try InetSocket(reply, proto: proto)
            }
        } catch {
            throw error.error("list sockets", proto == 6 ? "TCP" : "UDP")
        }
    }
}

extension InetSocket {
    /// Reads `struct inet_diag_msg` and the attributes behind it.
    package init(_ message: NetlinkMessage, proto: UInt8) throws(NetlinkFailure) {
        let bytes = message.payload
        guard let family: UInt8 = bytes.load(at: 0), let state: UInt8 = bytes.load(at: 1),
            let localPort: UInt16 = bytes.load(at: 4), let remotePort: UInt16 = bytes.load(at: 6),
            let local = Self.address(bytes, at: 8, family),
            let remote = Self.address(bytes, at: 24, family),
            let low: UInt32 = bytes.load(at: 44), let high: UInt32 = bytes.load(at: 48),
            let receiveQueue: UInt32 = bytes.load(at: 56),
            let sendQueue: UInt32 = bytes.load(at: 60), let uid: UInt32 = bytes.load(at: 64),
            let inode: UInt32 = bytes.load(at: 68)
        else { throw .malformed("socket of \(bytes.count) bytes") }
        let attributes = try Attributes(bytes.dropping(72))
        self.init(
            cookie: UInt64(high) << 32 | UInt64(low), family: family, proto: proto, state: state,
            local: local.unmapped, localPort: UInt16(bigEndian: localPort),
            remote: remote.unmapped, remotePort: UInt16(bigEndian: remotePort),
            receiveQueue: receiveQueue, sendQueue: sendQueue, uid: uid, inode: inode,
            drops: attributes[INET_DIAG_SKMEMINFO]?.load(at: 8 * 4),
            cgroupID: attributes.integer(INET_DIAG_CGROUP_ID))
    }

    private static func address(_ bytes: WireBytes, at offset: Int, _ family: UInt8) -> IPAddress? {
        if family == 2 {
            return bytes.load(at: offset).map { .v4(IPv4Address(bits: UInt32(bigEndian: $0))) }
        }
        return bytes.load(at: offset).map { .v6(IPv6Address(bits: UInt128(bigEndian: $0))) }
    }
}
