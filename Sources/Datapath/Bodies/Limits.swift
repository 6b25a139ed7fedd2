internal import BPF
internal import NetctlABI
internal import SystemPackage

/// The buckets of an attachment's limits. They outlive its bodies: an apply refills none.
enum Limits {
    static func pinnedOrCreate(at path: FilePath) throws -> Map {
        do throws(BPFError) {
            return try Map(pinned: path)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        let map = try Map.create(
            type: .lruHash, name: "limits",
            keySize: UInt32(MemoryLayout<netctl_bucket_key>.size), valueSize: 8,
            maxEntries: UInt32(NETCTL_BUCKETS))
        try map.pin(at: path)
        return map
    }
}
