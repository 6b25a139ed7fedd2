public import LinuxSystem

/// Minimal tc programs, for tests that need somebody's.
public enum TCProgram {
    /// BPF_PROG_TYPE_SCHED_CLS
    private static let schedCls: UInt32 = 3

    /// Loads `r0 = verdict; exit`: a program that answers `verdict` (0: `TC_ACT_OK`) for every packet.
    public static func load(
        returning verdict: Int32 = 0, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        try loadProgram(type: schedCls, TrivialProgram.returning(verdict), name: name)
    }

    /// Loads a program that drops packets of one length, as the skb has it, and leaves others to the
    /// next program.
    public static func load(droppingLength length: Int, name: String) throws -> OwnedDescriptor {
        // TC_ACT_SHOT, TC_ACT_UNSPEC
        let code = TrivialProgram.returning(2, forLength: Int32(length), other: -1)
        return try loadProgram(type: schedCls, code, name: name)
    }

    /// Loads a program that gives every packet a VLAN tag, beside the frame as the kernel keeps it,
    /// and lets it go on.
    public static func load(pushingVLAN identifier: UInt16) throws -> OwnedDescriptor {
        let instructions: [UInt64] = [
            0x02b7 | 0x0081 << 32,  // r2 = htons(ETH_P_8021Q), little-endian
            0x03b7 | UInt64(identifier) << 32,  // r3 = identifier
            0x85 | 18 << 32,  // call bpf_skb_vlan_push
            0xb7, 0x95,  // r0 = TC_ACT_OK; exit
        ]
        return try loadProgram(type: schedCls, instructions, name: "vlan_push")
    }
}
