import BPF
import Testing

@Suite(.root, .clang) struct MappedArrayTests {
    @Test func `memory is shared with programs`() throws {
        let object = try Fixture.load()
        let mapped = try MappedArray<UInt32>(object.map("mapped"), access: .readWrite)
        #expect(mapped.count == 1000)
        #expect(mapped.stride == 8)
        mapped[7] = 40
        _ = try object.program("verdict_of").testRun(packet: packet(source: 1), repeat: 2)
        #expect(mapped[7] == 42)
        #expect(try object.map("mapped", as: ArrayMap<UInt32>.self).value(at: 7) == 42)
        mapped[999] = 1
        #expect(mapped.withUnsafeBytes { $0.count } == 8000)
        #expect(
            mapped.withUnsafeBytes { $0.load(fromByteOffset: 999 * 8, as: UInt32.self) } == 1)
    }

    @Test func `memory outlives the map's descriptor`() throws {
        let mapped = try MappedArray<UInt32>(
            Fixture.load().map("mapped"), access: .readOnly)
        #expect(mapped[999] == 0)
    }

    @Test func `an array that cannot be mapped`() throws {
        let map = try Map.create(
            type: .array, name: "plain", keySize: 4, valueSize: 4, maxEntries: 1)
        let error = try failure { _ = try MappedArray<UInt32>(map, access: .readOnly) }
        #expect("\(error)" == "map array plain: it was created without BPF_F_MMAPABLE")
    }
}
