internal import NetctlABI
internal import SystemPackage

/// The version of pins and maps, and which netctl may change whose.
enum ABIVersion {
    /// What this netctl writes.
    static var current: Int {
        #if DEBUG
            if let played { return played }
        #endif
        return Int(NETCTL_ABI_VERSION)
    }

    /// The oldest that it can change.
    static let oldest = Int(NETCTL_ABI_OLDEST)

    /// What a test has this process be; heeded in a debug build alone.
    @TaskLocal static var played: Int?

    /// Why this netctl cannot read, let alone change, what one of another version made.
    ///
    /// - Parameters:
    ///   - version: What is pinned with it.
    ///   - subject: What it is.
    /// - Returns: Nil when it can.
    static func refusal(of version: Int, _ subject: String) -> DatapathError? {
        if version > current {
            return DatapathError(
                "read attachment", subject,
                "a newer netctl made it (ABI \(version), this one knows \(current))",
                hint: "use that netctl")
        }
        if version < oldest {
            return DatapathError(
                "read attachment", subject,
                "an older netctl made it (ABI \(version), this one knows \(oldest) to \(current))",
                hint: "detach it with that netctl, and attach again")
        }
        return nil
    }
}

extension PinRoot {
    /// Refuses to change anything where something is of a version that this netctl does not know: what it
    /// took for litter may be somebody's policy.
    func refuseOtherVersions() throws {
        for point in try points() {
            try refuseOtherVersion(at: pins(of: point).attachment, pins(of: point).shownName)
        }
        for pins in try programs() {
            for name in try pins.names() where name.hasPrefix("record-") {
                try refuseOtherVersion(at: pins.folder.appending(name), pins.name)
            }
        }
    }

    /// A record that cannot be read says nothing of a version; who needs it will say so.
    private func refuseOtherVersion(at path: FilePath, _ subject: String) throws {
        guard let version = try? PinnedRecord.read(VersionRecord.self, at: path).abi else { return }
        if let refusal = ABIVersion.refusal(of: version, subject) { throw refusal }
    }

    private struct VersionRecord: Decodable {
        let abi: Int
    }
}
