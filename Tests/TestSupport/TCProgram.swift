public import LinuxSystem

/// A minimal tc program, `r0 = verdict; exit`: for tests that need somebody's program.
public enum TCProgram {
    /// Loads a program that answers `verdict` (0: `TC_ACT_OK`) for every packet.
    public static func load(
        returning verdict: Int32 = 0, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        try loadTrivialProgram(
            type: schedCls, TrivialProgram.returning(verdict), name: name)
    }

    /// Loads a program that drops packets of one length, as the skb has it, and leaves others to the
    /// next program.
    public static func load(droppingLength length: Int, name: String) throws -> OwnedDescriptor {
        // TC_ACT_SHOT, TC_ACT_UNSPEC
        let code = TrivialProgram.returning(2, forLength: Int32(length), other: -1)
        return try loadTrivialProgram(type: schedCls, code, name: name)
    }

    /// BPF_PROG_TYPE_SCHED_CLS
    private static let schedCls: UInt32 = 3
}
