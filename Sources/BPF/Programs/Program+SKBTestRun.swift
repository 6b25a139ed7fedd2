internal import CLibbpf

/// What the kernel knows of a packet beside its bytes: the members of `struct __sk_buff` that a test
/// run can set.
///
/// A VLAN tag is not among them: it can only be in the bytes, though the kernel takes a received
/// packet's outer tag out of them.
public struct SKBContext: Hashable, Sendable {
    /// `mark`, as netfilter and routing see it.
    public var mark: UInt32
    /// `priority`, as queueing sees it.
    public var priority: UInt32
    /// `ifindex`: the interface that the packet is on, of the calling thread's network namespace. 0
    /// for loopback. Since Linux 5.7.
    public var interfaceIndex: UInt32
    /// `ingress_ifindex`: where the packet came in; any number. Since Linux 5.14.
    public var ingressInterfaceIndex: UInt32

    /// Makes a context; everything is 0 unless given.
    public init(
        mark: UInt32 = 0, priority: UInt32 = 0, interfaceIndex: UInt32 = 0,
        ingressInterfaceIndex: UInt32 = 0
    ) {
        self.mark = mark
        self.priority = priority
        self.interfaceIndex = interfaceIndex
        self.ingressInterfaceIndex = ingressInterfaceIndex
    }
}

extension Program {
    /// Runs a tc or cgroup skb program on a packet of which the kernel knows more than the bytes.
    ///
    /// Like ``testRun(packet:repeat:packetCapacity:linearLength:)``; contexts need Linux 5.2.
    ///
    /// - Parameters:
    ///   - packet: The frame from its Ethernet header on, at least 14 bytes. A cgroup skb program
    ///     sees what comes after that header, of which zeros are returned. Older kernels, 6.1 among
    ///     them, show it an empty packet between `data` and `data_end`, but `bpf_skb_load_bytes` reads.
    ///   - context: What is known of it; afterwards what the program left.
    ///   - count: How many runs, over 0; each sees the packet as the one before left it.
    ///   - packetCapacity: How many bytes of the packet to return, 0 for none; a larger one is an
    ///     error.
    /// - Returns: What the last run returned, and the mean duration.
    /// - Throws: ``BPFError`` with `.system`: `ENODEV` if there is no such interface, `EINVAL` for a
    ///   packet that is too short or too long, `ENOSPC` for one over `packetCapacity`.
    public borrowing func testRun(
        packet: [UInt8], context: inout SKBContext, repeat count: Int32 = 1,
        packetCapacity: Int = 0
    ) throws(BPFError) -> TestRun {
        var skb = __sk_buff()
        skb.mark = context.mark
        skb.priority = context.priority
        skb.ifindex = context.interfaceIndex
        skb.ingress_ifindex = context.ingressInterfaceIndex
        let run = try withUnsafeMutableBytes(of: &skb) { skb throws(BPFError) in
            try testRun(packet, repeat: count, packetCapacity) { options in
                options.ctx_in = UnsafeRawPointer(skb.baseAddress)
                options.ctx_size_in = UInt32(skb.count)
                options.ctx_out = skb.baseAddress
                options.ctx_size_out = UInt32(skb.count)
            }
        }
        context = SKBContext(
            mark: skb.mark, priority: skb.priority, interfaceIndex: skb.ifindex,
            ingressInterfaceIndex: skb.ingress_ifindex)
        return run
    }
}
