internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// What a program did with a packet in a test run.
public struct TestRun: Sendable {
    /// What the program returned: for XDP an `XDP_*` verdict.
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
    /// it needs `CAP_NET_ADMIN` and, for XDP, Linux 4.12.
    ///
    /// - Parameters:
    ///   - packet: The frame from its Ethernet header on, at least 14 bytes.
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
        let number = descriptor.rawValue
        var output = [UInt8](repeating: 0, count: packetCapacity)
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        options.repeat = count
        var context = xdp_md()
        context.data_end = UInt32(linearLength ?? 0)
        let result = packet.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                options.data_in = input.baseAddress
                options.data_size_in = UInt32(input.count)
                if packetCapacity > 0 {
                    options.data_out = output.baseAddress
                    options.data_size_out = UInt32(packetCapacity)
                }
                guard linearLength != nil else { return bpf_prog_test_run_opts(number, &options) }
                return withUnsafeBytes(of: &context) { context in
                    options.ctx_in = context.baseAddress
                    options.ctx_size_in = UInt32(context.count)
                    return bpf_prog_test_run_opts(number, &options)
                }
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
        default:
            return .system("test program", subject, errno)
        }
    }
}
