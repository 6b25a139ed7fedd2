internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// What a program did with a packet in a test run.
public struct TestRun: Sendable {
    /// What the program returned: for XDP an `XDP_*` verdict, for tc a `TC_ACT_*` one, for cgroup skb
    /// 1 to let the packet go on.
    public let returnValue: UInt32
    /// The mean duration of one run, in nanoseconds.
    public let durationNanoseconds: UInt32
    /// The packet as the program left it; `nil` unless it was asked for.
    public let packet: [UInt8]?
}

extension Program {
    /// Runs the program on a packet that comes from nowhere and goes nowhere.
    ///
    /// Maps are real: counters count. The corresponding system call is `bpf(BPF_PROG_TEST_RUN)`;
    /// it needs `CAP_NET_ADMIN` and, for XDP, tc and cgroup skb, Linux 4.12. Cgroup device programs
    /// cannot be tested.
    ///
    /// - Parameters:
    ///   - packet: The frame from its Ethernet header on, at least 14 bytes. A cgroup skb program
    ///     sees what comes after that header, of which zeros are returned. Older kernels, 6.1 among
    ///     them, show it an empty packet between `data` and `data_end`, but `bpf_skb_load_bytes` reads.
    ///   - count: How many runs, over 0; each sees the packet as the one before left it.
    ///   - packetCapacity: How many bytes of the packet to return, 0 for none; a larger one is an
    ///     error.
    ///   - linearLength: How many bytes of the packet, at least 14, an XDP program can reach between
    ///     `data` and `data_end`; the rest is in fragments, as of a driver that splits frames. `nil`
    ///     for as many as a page takes. Needs `BPF_F_XDP_HAS_FRAGS` and Linux 6.18.
    /// - Returns: What the last run returned, and the mean duration.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for a packet that is too short or too long or
    ///   before Linux 6.18 split, `ENOSPC` for a packet over `packetCapacity`, `ENOTSUPP` for a type that cannot be tested.
    public borrowing func testRun(
        packet: [UInt8], repeat count: Int32 = 1, packetCapacity: Int = 0,
        linearLength: Int? = nil
    ) throws(BPFError) -> TestRun {
        guard let linearLength else {
            return try testRun(packet, repeat: count, packetCapacity) { _ in }
        }
        var context = xdp_md()
        context.data_end = UInt32(linearLength)
        return try withUnsafeBytes(of: &context) { context throws(BPFError) in
            try testRun(packet, repeat: count, packetCapacity) { options in
                options.ctx_in = context.baseAddress
                options.ctx_size_in = UInt32(context.count)
            }
        }
    }

    /// A test run with options that depend on the program's type.
    borrowing func testRun(
        _ packet: [UInt8], repeat count: Int32, _ packetCapacity: Int,
        configure: (inout bpf_test_run_opts) -> Void
    ) throws(BPFError) -> TestRun {
        let number = descriptor.rawValue
        var output = [UInt8](repeating: 0, count: packetCapacity)
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        options.repeat = count
        configure(&options)
        let result = packet.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                options.data_in = input.baseAddress
                options.data_size_in = UInt32(input.count)
                if packetCapacity > 0 {
                    options.data_out = output.baseAddress
                    options.data_size_out = UInt32(packetCapacity)
                }
                return bpf_prog_test_run_opts(number, &options)
            }
        }
        guard result == 0 else {
            throw testFailure(Errno(rawValue: -result), bytes: packet.count, options.data_size_out)
        }
        return TestRun(
            returnValue: options.retval, durationNanoseconds: options.duration,
            packet: packetCapacity > 0
                ? Array(output.prefix(Int(options.data_size_out))) : nil)
    }

    private borrowing func testFailure(_ errno: Errno, bytes: Int, _ sizeOut: UInt32) -> BPFError {
        switch errno {
        case .invalidArgument where bytes < 14:
            return .system(
                "test program", subject, errno,
                reason: "a packet of \(bytes) bytes holds no Ethernet header")
        case .noSpace:
            return .system(
                "test program", subject, errno,
                reason: "the packet has \(sizeOut) bytes afterwards, over packetCapacity")
        case .operationNotSupportedByDevice:
            return .system(
                "test program", subject, errno,
                reason: "there is no such interface in this network namespace")
        case .kernelNotSupported:
            let type = (try? info.type).map { "\($0)" } ?? "this one"
            return .system(
                "test program", subject, errno,
                reason: "the kernel cannot test programs of type \(type)")
        default:
            return .system("test program", subject, errno)
        }
    }
}
