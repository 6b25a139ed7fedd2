internal import LinuxSystem

/// What `/proc/thread-self/fdinfo` tells about a map.
public struct MapAccount: Hashable, Sendable {
    /// How much memory is accounted to the map; `nil` if the kernel does not tell.
    public let memoryBytes: UInt64?
    /// Whether ``Map/freeze()`` forbade system calls to write.
    public let isFrozen: Bool
}

extension Map {
    /// Memory and state of the map, as they are now.
    public var account: MapAccount {
        let text = (try? ProcFile.read("/proc/thread-self/fdinfo/\(descriptor.rawValue)")) ?? ""
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[parts[0]] = parts[1].drop(while: \.isWhitespace)
        }
        return MapAccount(
            memoryBytes: values["memlock"].flatMap { UInt64($0) }, isFrozen: values["frozen"] == "1"
        )
    }
}
