import LinuxSystem
import Testing

@testable import BPF

/// A program array has no batches in any kernel: what works there works where tries have none.
@Suite(.root, .clang) struct BatchFallbackTests {
    @Test func `without batches the elements go one by one`() throws {
        let object = try Fixture.load()
        let map = try object.map("bodies", as: Map.self)
        let swap = try object.program("swap")
        let stub = try object.program("stub")
        let indices: [UInt32] = [0, 1]
        let descriptors = [swap.descriptor.rawValue, stub.descriptor.rawValue]
        try map.updateBatch(indices.span, descriptors.span, .any)
        var seen: [UInt32: UInt32] = [:]
        try map.forEachBatch { (keys: Span<UInt32>, ids: Span<UInt32>) in
            for index in keys.indices {
                seen[keys[index]] = ids[index]
            }
        }
        #expect(try seen == [0: swap.info.id, 1: stub.info.id])
        try map.deleteBatch(indices.span)
        #expect(try map.lookup(UInt32(0), as: UInt32.self) == nil)
    }
}
