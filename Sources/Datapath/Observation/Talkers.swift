internal import BPF
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

/// The sources with the most packets of one attachment; `bpf/lib/talkers.h` counts them.
enum Talkers {
    static let header = MemoryLayout<netctl_talkers_header>.size
    private static let size = MemoryLayout<netctl_talker_set>.size
    static let sets = Int(NETCTL_TALKER_SETS)

    /// Makes those of a new attachment, empty: 24 KB a processor number.
    static func create() throws -> Map {
        let map = try Map.create(
            type: .array, name: "talkers", keySize: 4, valueSize: UInt32(header + sets * size),
            maxEntries: UInt32(ProcessorIDs.limit()), flags: .memoryMappable)
        let multipliers = (UInt64.random(in: 0 ... .max) | 1, UInt64.random(in: 0 ... .max) | 1)
        let memory = try MapMemory(map, access: .readWrite)
        for processor in 0..<memory.count {
            memory.withUnsafeElement(at: processor) { element in
                element.storeBytes(
                    of: netctl_talkers_header(
                        multipliers: multipliers, reserved: (0, 0, 0, 0, 0, 0)),
                    as: netctl_talkers_header.self)
            }
        }
        return map
    }
}
