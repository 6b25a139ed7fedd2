internal import BPF
internal import LinuxSystem
internal import NetctlABI
public import PolicyCompiler
internal import SystemPackage

/// Packets and bytes.
public struct Count: Sendable, Equatable, Codable {
    /// How many packets. A packet is what the hook was handed: an offloaded one counts once.
    public var packets: UInt64
    /// From the Ethernet header where there is one, else from L3.
    public var bytes: UInt64

    /// Nothing.
    public static let zero = Count(packets: 0, bytes: 0)

    /// A count.
    public init(packets: UInt64, bytes: UInt64) {
        self.packets = packets
        self.bytes = bytes
    }

    /// The sum, modulo 2^64.
    public static func &+ (left: Count, right: Count) -> Count {
        Count(packets: left.packets &+ right.packets, bytes: left.bytes &+ right.bytes)
    }

    static func &- (left: Count, right: Count) -> Count {
        Count(packets: left.packets &- right.packets, bytes: left.bytes &- right.bytes)
    }
}

/// The counters of one attachment, read and corrected in place, without system calls.
///
/// A block of slots for each processor number, written by programs alone, and one for the control plane:
/// what it holds is added to the sum, so that moving or forgetting a count never touches a number
/// that a program may be writing.
struct Counters: ~Copyable {
    private let memory: MappedArray<netctl_counter>
    private let blocks: Int

    private static let slots = Int(NETCTL_SLOTS)

    /// Makes the counters of a new attachment, all zero.
    static func create() throws -> Map {
        let blocks = try ProcessorIDs.limit() + 1
        return try Map.create(
            type: .array, name: "counters", keySize: 4,
            valueSize: UInt32(MemoryLayout<netctl_counter>.size),
            maxEntries: UInt32(blocks * slots), flags: .memoryMappable)
    }

    init(pinned path: FilePath, access: MapMemory.Access) throws {
        let map = try Map(pinned: path)
        memory = try MappedArray(map, access: access)
        blocks = memory.count / Self.slots
    }

    /// The count of every slot, in slot order.
    var totals: [Count] {
        var totals = Array(repeating: Count.zero, count: Self.slots)
        memory.withUnsafeBytes { bytes in
            // SAFETY: an array of that struct, whose size is a multiple of the stride's 8 bytes.
            let counters = bytes.assumingMemoryBound(to: netctl_counter.self)
            for block in 0..<blocks {
                for slot in 0..<Self.slots {
                    let counter = counters[block * Self.slots + slot]
                    totals[slot] =
                        totals[slot] &+ Count(packets: counter.packets, bytes: counter.bytes)
                }
            }
        }
        return totals
    }

    /// The slot of a reason and verdict that are not a rule's own.
    static func slot(_ reason: Reason, _ verdict: Verdict) -> Int {
        Int(netctl_slot(reason.abi, verdict.abi))
    }

    /// What to write so that the counts of rules that are gone stay in the sums over verdicts and
    /// reasons, and their slots begin at zero for the next rule.
    ///
    /// - Parameter entries: The slots of those rules; no program may still be counting there.
    /// - Returns: The control plane's new counts, by slot.
    borrowing func retiring(_ entries: [SlotDirectory.Entry]) -> [Int: Count] {
        let totals = totals
        var corrections: [Int: Count] = [:]
        for entry in entries {
            let slot = Int(entry.slot)
            corrections[slot] = correction(slot) &- totals[slot]
            guard let outcome = entry.account.outcome else { continue }
            let sum = Self.slot(outcome.reason, outcome.verdict)
            corrections[sum] = (corrections[sum] ?? correction(sum)) &+ totals[slot]
        }
        return corrections
    }

    /// Writes a count of the control plane.
    borrowing func correct(_ correction: Journal.Correction) {
        correct(correction.slot, correction.count)
    }

    /// Begins every count at zero again.
    borrowing func reset() {
        for (slot, total) in totals.enumerated() where total != .zero {
            correct(slot, correction(slot) &- total)
        }
    }

    /// What the control plane adds to a slot.
    private borrowing func correction(_ slot: Int) -> Count {
        count((blocks - 1) * Self.slots + slot)
    }

    private borrowing func correct(_ slot: Int, _ count: Count) {
        memory[(blocks - 1) * Self.slots + slot] = netctl_counter(
            packets: count.packets, bytes: count.bytes)
    }

    private borrowing func count(_ index: Int) -> Count {
        let counter = memory[index]
        return Count(packets: counter.packets, bytes: counter.bytes)
    }
}

extension SlotDirectory.Account {
    /// Under which reason and verdict its packets are summed up; nil for a rule that goes on.
    public var outcome: (reason: Reason, verdict: Verdict)? {
        isMonitored ? (.monitor, .pass) : verdict.map { (.rule, $0) }
    }
}
