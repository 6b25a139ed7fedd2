/// A reply as the kernel writes it, little-endian, byte by byte.
enum Wire {
    /// RTM_NEWLINK of a veth end with a generic XDP program, sequence 7, port 99.
    static let veth: [UInt8] = message(
        type: 16, sequence: 7, portID: 99,
        [
            0x00, 0x00, 0x01, 0x00,  // family AF_UNSPEC, padding, type ARPHRD_ETHER
            0x05, 0x00, 0x00, 0x00,  // index 5
            0x43, 0x10, 0x01, 0x00,  // IFF_UP, BROADCAST, RUNNING, MULTICAST, LOWER_UP
            0x00, 0x00, 0x00, 0x00,  // change mask
            0x0a, 0x00, 0x03, 0x00,  // IFLA_IFNAME, 10 bytes
            0x76, 0x65, 0x74, 0x68, 0x30, 0x00, 0x00, 0x00,  // "veth0", NUL, 2 bytes of padding
            0x08, 0x00, 0x04, 0x00, 0xdc, 0x05, 0x00, 0x00,  // IFLA_MTU 1500
            0x0a, 0x00, 0x01, 0x00,  // IFLA_ADDRESS, 10 bytes
            0x02, 0x00, 0x00, 0x00, 0x4d, 0x01, 0x00, 0x00,  // 02:00:00:00:4d:01, padding
            0x08, 0x00, 0x05, 0x00, 0x02, 0x00, 0x00, 0x00,  // IFLA_LINK 2
            0x08, 0x00, 0x25, 0x00, 0x03, 0x00, 0x00, 0x00,  // IFLA_LINK_NETNSID 3
            0x08, 0x00, 0x0a, 0x00, 0x09, 0x00, 0x00, 0x00,  // IFLA_MASTER 9
            0x10, 0x00, 0x12, 0x00,  // IFLA_LINKINFO, 16 bytes
            0x09, 0x00, 0x01, 0x00,  // IFLA_INFO_KIND, 9 bytes
            0x76, 0x65, 0x74, 0x68, 0x00, 0x00, 0x00, 0x00,  // "veth", NUL, padding
            0x1c, 0x00, 0x2b, 0x80,  // IFLA_XDP | NLA_F_NESTED, 28 bytes
            0x05, 0x00, 0x02, 0x00, 0x02, 0x00, 0x00, 0x00,  // IFLA_XDP_ATTACHED SKB
            0x08, 0x00, 0x04, 0x00, 0x2a, 0x00, 0x00, 0x00,  // IFLA_XDP_PROG_ID 42
            0x08, 0x00, 0x06, 0x00, 0x2a, 0x00, 0x00, 0x00,  // IFLA_XDP_SKB_PROG_ID 42
            0x10, 0x00, 0x34, 0x80,  // IFLA_PROP_LIST | NLA_F_NESTED, 16 bytes
            0x0a, 0x00, 0x35, 0x00,  // IFLA_ALT_IFNAME, 10 bytes
            0x77, 0x61, 0x6e, 0x2d, 0x31, 0x00, 0x00, 0x00,  // "wan-1", NUL, padding
        ])

    /// NLMSG_ERROR with ENODEV, capped, without extended acknowledgement.
    static let noDevice: [UInt8] = message(
        type: 2, flags: 0x100, sequence: 7, portID: 99, errno(-19) + requestHeader)

    /// NLMSG_ERROR with EOPNOTSUPP, capped, and the kernel's sentence.
    static let refused: [UInt8] = message(
        type: 2, flags: 0x300, sequence: 7, portID: 99,
        errno(-95) + requestHeader + [
            0x0b, 0x00, 0x01, 0x00,  // NLMSGERR_ATTR_MSG, 11 bytes
            0x74, 0x6f, 0x6f, 0x20, 0x62, 0x69, 0x67, 0x00,  // "too big" without NUL, padding
        ])

    /// The same from a kernel that sends the whole request back: 16 more bytes before.
    static let refusedUncapped: [UInt8] = message(
        type: 2, flags: 0x200, sequence: 7, portID: 99,
        errno(-95) + requestHeader + [UInt8](repeating: 0xee, count: 16) + [
            0x0b, 0x00, 0x01, 0x00, 0x74, 0x6f, 0x6f, 0x20, 0x62, 0x69, 0x67, 0x00,
        ])

    /// NLMSG_ERROR with 0: done.
    static let acknowledged: [UInt8] = message(
        type: 2, flags: 0x100, sequence: 7, portID: 99, errno(0) + requestHeader)

    /// NLMSG_DONE after a dump.
    static let done: [UInt8] = message(
        type: 3, flags: 2, sequence: 7, portID: 99, errno(0))

    /// The header of the request that an answer repeats: 32 bytes long, RTM_GETLINK.
    private static let requestHeader: [UInt8] = [
        0x20, 0x00, 0x00, 0x00, 0x12, 0x00, 0x05, 0x00, 0x07, 0x00, 0x00, 0x00, 0x63, 0x00, 0x00,
        0x00,
    ]

    static func errno(_ number: Int32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// A message with its header.
    static func message(
        type: UInt16, flags: UInt16 = 0, sequence: UInt32, portID: UInt32, _ payload: [UInt8]
    ) -> [UInt8] {
        func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
        }
        return bytes(UInt32(16 + payload.count)) + bytes(type) + bytes(flags) + bytes(sequence)
            + bytes(portID) + payload
    }
}

extension Wire {
    /// RTM_NEWQDISC of a clsact qdisc on interface 5.
    static let clsact: [UInt8] = message(
        type: 36, flags: 2, sequence: 7, portID: 99,
        [
            0x00, 0x00, 0x00, 0x00,  // family AF_UNSPEC, padding
            0x05, 0x00, 0x00, 0x00,  // interface 5
            0x00, 0x00, 0xff, 0xff,  // handle ffff:0
            0xf1, 0xff, 0xff, 0xff,  // parent TC_H_CLSACT
            0x01, 0x00, 0x00, 0x00,  // one reference
            0x0b, 0x00, 0x01, 0x00,  // TCA_KIND, 11 bytes
            0x63, 0x6c, 0x73, 0x61, 0x63, 0x74, 0x00, 0x00,  // "clsact", NUL, padding
        ])

    /// RTM_NEWTFILTER of a direct-action bpf filter, ingress of interface 5, priority 49152,
    /// handle 1.
    static let bpfFilter: [UInt8] = filter(
        handle: 1,
        [
            0x34, 0x00, 0x02, 0x00,  // TCA_OPTIONS, 52 bytes
            0x0a, 0x00, 0x07, 0x00,  // TCA_BPF_NAME, 10 bytes
            0x61, 0x2e, 0x6f, 0x3a, 0x78, 0x00, 0x00, 0x00,  // "a.o:x", NUL, padding
            0x08, 0x00, 0x0b, 0x00, 0x2a, 0x00, 0x00, 0x00,  // TCA_BPF_ID 42
            0x0c, 0x00, 0x0a, 0x00,  // TCA_BPF_TAG, 12 bytes
            0xa0, 0x4f, 0x5e, 0xef, 0x06, 0xa7, 0xf5, 0x55,  // a04f5eef06a7f555
            0x08, 0x00, 0x08, 0x00, 0x01, 0x00, 0x00, 0x00,  // TCA_BPF_FLAGS ACT_DIRECT
            0x08, 0x00, 0x09, 0x00, 0x08, 0x00, 0x00, 0x00,  // TCA_BPF_FLAGS_GEN NOT_IN_HW
        ])

    /// RTM_NEWTFILTER that only begins the list of that priority.
    static let filterHead: [UInt8] = filter(handle: 0, [])

    private static func filter(handle: UInt8, _ options: [UInt8]) -> [UInt8] {
        message(
            type: 44, flags: 2, sequence: 7, portID: 99,
            [
                0x00, 0x00, 0x00, 0x00,  // family AF_UNSPEC, padding
                0x05, 0x00, 0x00, 0x00,  // interface 5
                handle, 0x00, 0x00, 0x00,
                0xf2, 0xff, 0xff, 0xff,  // parent: TC_H_CLSACT, TC_H_MIN_INGRESS
                0x00, 0x03, 0x00, 0xc0,  // ETH_P_ALL in network order, priority 49152
                0x08, 0x00, 0x01, 0x00, 0x62, 0x70, 0x66, 0x00,  // TCA_KIND "bpf"
                0x08, 0x00, 0x0b, 0x00, 0x02, 0x00, 0x00, 0x00,  // TCA_CHAIN 2
            ] + options)
    }
}
