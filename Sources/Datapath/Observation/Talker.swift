internal import BPF
internal import NetctlABI
public import NetTypes
internal import SystemPackage

/// A source of packets, of those that send most to one attachment.
public struct Talker: Sendable, Equatable {
    /// The source.
    public let address: IPAddress
    /// What it sent, at least.
    public let count: Count
    /// How many packets it may have sent more, at most.
    public let error: UInt64
    /// How many of `count` were dropped.
    public let dropped: UInt64
}

extension Attachment {
    /// The sources that send most, the one with the most packets first; none on the hook for devices.
    ///
    /// They are kept in bounded memory: a source of which more than `error` packets are told is
    /// counted exactly since it was noticed. Read in place while programs count.
    ///
    /// - Throws: ``DatapathError``, also when it was detached meanwhile.
    public func readTalkers() throws(DatapathError) -> [Talker] {
        guard point.hook.hasAddresses else { return [] }
        return try translating {
            try TalkerMemory(pinned: pins().talkers, access: .readOnly).talkers
        }
    }

    /// Forgets all sources. Packets that are counted meanwhile may be forgotten, too.
    func resetTalkers() throws {
        guard point.hook.hasAddresses else { return }
        try TalkerMemory(pinned: pins().talkers, access: .readWrite).reset()
    }
}

/// The sources of one attachment, in the memory that programs write.
private struct TalkerMemory: ~Copyable {
    private let memory: MapMemory

    private struct Source: Hashable {
        let high: UInt64
        let low: UInt64
        let set: Int
    }

    private struct Sum {
        var count = Count.zero
        var before: UInt64 = 0
        var dropped: UInt64 = 0
        /// On how many processors it has a place.
        var processors: Set<Int> = []
    }

    init(pinned path: FilePath, access: MapMemory.Access) throws {
        memory = try MapMemory(Map(pinned: path), access: access)
    }

    var talkers: [Talker] {
        var sums: [Source: Sum] = [:]
        // What a source may have sent without having a place in a set.
        var unseen: [[UInt64]] = []
        for processor in 0..<memory.count {
            var fewest = Array(repeating: UInt64.max, count: Talkers.sets)
            forEach(on: processor) { set, talker in
                fewest[set] = min(fewest[set], talker.packets &+ talker.before)
                guard talker.packets > 0 else { return }
                let source = Source(high: talker.high, low: talker.low, set: set)
                var sum = sums[source] ?? Sum()
                sum.count =
                    sum.count &+ Count(packets: talker.packets, bytes: talker.bytes)
                sum.before &+= talker.before
                sum.dropped &+= talker.dropped
                sum.processors.insert(processor)
                sums[source] = sum
            }
            unseen.append(fewest)
        }
        return sums.map { source, sum in
            let elsewhere = unseen.indices.filter { !sum.processors.contains($0) }
                .reduce(0) { $0 &+ unseen[$1][source.set] }
            let bits = UInt128(source.high) << 64 | UInt128(source.low)
            return Talker(
                address: IPAddress.v6(IPv6Address(bits: bits)).unmapped, count: sum.count,
                error: sum.before &+ elsewhere, dropped: sum.dropped)
        }.sorted { $0.count.packets > $1.count.packets }
    }

    func reset() {
        for processor in 0..<memory.count {
            memory.withUnsafeElement(at: processor) { element in
                for index in Talkers.header..<element.count { element[index] = 0 }
            }
        }
    }

    private func forEach(on processor: Int, _ body: (_ set: Int, netctl_talker) -> Void) {
        memory.withUnsafeElement(at: processor) { element in
            let size = MemoryLayout<netctl_talker>.size
            for index in 0..<Talkers.sets * Int(NETCTL_TALKERS_IN_SET) {
                body(
                    index / Int(NETCTL_TALKERS_IN_SET),
                    element.load(
                        fromByteOffset: Talkers.header + index * size, as: netctl_talker.self))
            }
        }
    }
}
