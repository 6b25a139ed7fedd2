import BPF
import NetctlABI
import Policy

@testable import Datapath

/// The counters and the program array that the programs under test share, one after the other.
final class CounterBench {
    let maps: HookMaps
    /// What was last put into the block list.
    var blockedKeys: [netctl_block_key] = []
    private let memory: MappedArray<netctl_counter>
    private let blocks: Int

    init() throws {
        maps = try HookMaps.detached(on: .xdp)
        memory = try MappedArray(maps.counters, access: .readWrite)
        blocks = memory.count / Int(NETCTL_SLOTS)
    }

    /// The counts of the first slots, which are then zero.
    func take(_ slots: Int) -> [Count] {
        (0..<slots).map { slot in
            var total = Count.zero
            for block in 0..<blocks {
                let index = block * Int(NETCTL_SLOTS) + slot
                let counter = memory[index]
                guard counter.packets != 0 || counter.bytes != 0 else { continue }
                total = total &+ Count(packets: counter.packets, bytes: counter.bytes)
                memory[index] = netctl_counter()
            }
            return total
        }
    }
}
