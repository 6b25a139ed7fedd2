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

    @Test func `values of a size chosen at run time`() throws {
        var object = try Fixture.open()
        try object.setValueSize(map: "mapped", bytes: (1 << 20) + 4)
        try object.setMaxEntries(map: "mapped", 9)
        let loaded = try object.load()
        let memory = try MapMemory(loaded.map("mapped"), access: .readWrite)
        #expect(memory.count == 9)
        #expect(memory.valueSize == (1 << 20) + 4)
        #expect(memory.stride == (1 << 20) + 8)
        _ = try loaded.program("verdict_of").testRun(packet: packet(source: 1))
        memory.withUnsafeElement(at: 7) { bytes in
            #expect(bytes.count == (1 << 20) + 4)
            #expect(bytes.load(as: UInt32.self) == 1)
            bytes[bytes.count - 1] = 0xff
        }
        #expect(memory.withUnsafeBytes { $0[7 * memory.stride + memory.valueSize - 1] } == 0xff)
    }

    @Test func `an index outside of the memory traps`() async {
        await #expect(processExitsWith: .failure) {
            let array = try MappedArray<UInt32>(Self.create(), access: .readWrite)
            array[2] = 1
        }
    }

    @Test func `writing to memory that is read-only traps`() async {
        await #expect(processExitsWith: .failure) {
            let array = try MappedArray<UInt32>(Self.create(), access: .readOnly)
            array[0] = 1
        }
        await #expect(processExitsWith: .success) {
            let array = try MappedArray<UInt32>(Self.create(), access: .readWrite)
            array[1] = 1
        }
    }

    private static func create() throws -> Map {
        try Map.create(
            type: .array, name: "two", keySize: 4, valueSize: 4, maxEntries: 2,
            flags: .memoryMappable)
    }

    @Test func `an array of another layout`() throws {
        let error = try failure {
            _ = try MappedArray<UInt64>(Fixture.load().map("mapped"), access: .readOnly)
        }
        #expect(error.code == .layout)
    }

    @Test func `an array that cannot be mapped`() throws {
        let map = try Map.create(
            type: .array, name: "plain", keySize: 4, valueSize: 4, maxEntries: 1)
        let error = try failure { _ = try MappedArray<UInt32>(map, access: .readOnly) }
        #expect("\(error)" == "map array plain: it was created without BPF_F_MMAPABLE")
    }
}
