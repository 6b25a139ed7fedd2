public import LinuxSystem

/// A minimal XDP program, `r0 = verdict; exit`: for tests that need somebody's program.
public enum XDPProgram {
    /// Loads a program that answers `verdict` (2: `XDP_PASS`) for every packet.
    public static func load(
        returning verdict: Int32 = 2, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        // BPF_PROG_TYPE_XDP
        try loadProgram(type: 6, TrivialProgram.returning(verdict), name: name)
    }
}
