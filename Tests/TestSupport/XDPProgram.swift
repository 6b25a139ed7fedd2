public import LinuxSystem

/// A minimal XDP program, `r0 = verdict; exit`: for tests that need somebody's program.
public enum XDPProgram {
    /// Loads a program that answers `verdict` (2: `XDP_PASS`) for every packet.
    public static func load(
        returning verdict: Int32 = 2, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        try loadTrivialProgram(type: 6, returning: verdict, name: name)  // BPF_PROG_TYPE_XDP
    }
}
