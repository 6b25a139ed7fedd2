internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// Flags of a program load, `BPF_F_*`.
public struct ProgramFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Makes a set from the kernel's bits.
    ///
    /// - Parameter rawValue: `BPF_F_*` of `BPF_PROG_LOAD`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_F_XDP_HAS_FRAGS`: the program handles packets of several buffers. Since Linux 5.18.
    public static let xdpHasFrags = ProgramFlags(rawValue: 1 << 5)
    /// `BPF_F_XDP_DEV_BOUND_ONLY`: bound to an interface without being offloaded to it. Since
    /// Linux 6.3.
    public static let xdpDeviceBoundOnly = ProgramFlags(rawValue: 1 << 6)
}

extension OpenObject {
    /// Chooses whether ``load()`` loads one program.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - autoload: Whether to load it; by default all programs are, unless their section begins
    ///     with `?`.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setAutoload(program: String, _ autoload: Bool) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        try check(bpf_program__set_autoload(raw, autoload), "configure program", program)
    }

    /// Loads these programs and no other.
    ///
    /// - Parameter programs: Names in C.
    /// - Throws: ``BPFError`` with `.notFound` if one is missing; nothing is changed then.
    public mutating func loadOnly(programs: [String]) throws(BPFError) {
        for name in programs {
            _ = try handle.program(name, for: "configure program")
        }
        for name in programNames {
            try setAutoload(program: name, programs.contains(name))
        }
    }

    /// Adds flags to those that the program's section name implies.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - flags: The flags to add.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setFlags(program: String, _ flags: ProgramFlags) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        let all = bpf_program__flags(raw) | flags.rawValue
        try check(bpf_program__set_flags(raw, all), "configure program", program)
    }

    /// Chooses the type of a program, in place of the one that its section name implies.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - type: The type.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setType(program: String, _ type: ProgramType) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        let result = bpf_program__set_type(raw, bpf_prog_type(rawValue: type.rawValue))
        try check(result, "configure program", program)
    }

    /// Chooses the hook that a program is for, in place of the one that its section name implies.
    ///
    /// The kernel holds some types of program to it: cgroup skb when attached, if the program
    /// returns what only egress may, and since Linux 6.18 every program that is put in a
    /// ``ProgramArray``, with the caller of the array.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - type: The hook; a TCX one needs Linux 6.6 to load.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setExpectedAttachType(
        program: String, _ type: AttachType
    ) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        let result = bpf_program__set_expected_attach_type(
            raw, bpf_attach_type(rawValue: type.rawValue))
        try check(result, "configure program", program)
    }

    /// Chooses the function of another program that a program of type ``ProgramType/tracing`` (`fentry`,
    /// `fexit`) is attached to.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - target: A program that was loaded with type information.
    ///   - function: Its function's name in C.
    /// - Throws: ``BPFError`` with `.notFound`, or with `.system` if the target has no such function.
    public mutating func setAttachTarget(
        program: String, _ target: borrowing Program, function: String
    ) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        let number = target.descriptor.rawValue
        let (result, warnings) = LibbpfWarnings.during {
            bpf_program__set_attach_target(raw, number, function)
        }
        guard result >= 0 else {
            throw .system(
                "configure program", program, Errno(rawValue: -result), hint: warnings.first)
        }
    }

    /// Binds a program to an interface: for hardware offload, or with
    /// ``ProgramFlags/xdpDeviceBoundOnly`` for metadata of received packets.
    ///
    /// - Parameters:
    ///   - program: The function's name in C.
    ///   - interfaceIndex: An interface of the network namespace of the thread that loads.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setOffloadInterface(
        program: String, _ interfaceIndex: Int32
    ) throws(BPFError) {
        let raw = try handle.program(program, for: "configure program")
        bpf_program__set_ifindex(raw, UInt32(bitPattern: interfaceIndex))
    }
}
