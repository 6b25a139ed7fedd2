public import LinuxSystem

/// A minimal tc program, `r0 = verdict; exit`: for tests that need somebody's program.
public enum TCProgram {
    /// Loads a program that answers `verdict` (0: `TC_ACT_OK`) for every packet.
    public static func load(
        returning verdict: Int32 = 0, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        try loadTrivialProgram(type: 3, returning: verdict, name: name)  // BPF_PROG_TYPE_SCHED_CLS
    }
}
