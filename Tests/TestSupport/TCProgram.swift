public import LinuxSystem

/// Minimal tc programs, for tests that need somebody's.
public enum TCProgram {
    /// Loads `r0 = verdict; exit`: a program that answers `verdict` (0: `TC_ACT_OK`) for every packet.
    public static func load(
        returning verdict: Int32 = 0, name: String = "foreign"
    ) throws -> OwnedDescriptor {
        try loadTrivialProgram(type: 3, returning: verdict, name: name)  // BPF_PROG_TYPE_SCHED_CLS
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
        return try loadProgram(type: 3, instructions, name: "vlan_push")
    }
}
