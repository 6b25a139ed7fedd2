/// Options of a mount (`MS_…`).
public struct MountFlags: OptionSet, Sendable {
    /// The `MS_…` bits.
    public let rawValue: UInt

    /// Flags from their `MS_…` bits.
    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    /// Ignore set-user-id bits (`MS_NOSUID`).
    public static let noSetUserID = MountFlags(rawValue: 1 << 1)
    /// No device files (`MS_NODEV`).
    public static let noDevices = MountFlags(rawValue: 1 << 2)
    /// No program may be run from it (`MS_NOEXEC`).
    public static let noExecution = MountFlags(rawValue: 1 << 3)
    /// Show a tree at a second place (`MS_BIND`).
    public static let bind = MountFlags(rawValue: 1 << 12)
    /// With all mounts below it (`MS_REC`).
    public static let recursive = MountFlags(rawValue: 1 << 14)
    /// Mounts do not spread to or from other namespaces (`MS_PRIVATE`).
    public static let `private` = MountFlags(rawValue: 1 << 18)
}
