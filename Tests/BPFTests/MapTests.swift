import BPF
import SystemPackage
import Testing

@Suite(.root, .clang) struct MapTests {
    @Test func `a per-CPU array holds a value for every CPU`() throws {
        let object = try Fixture.load()
        _ = try object.program("verdict_of").testRun(packet: packet(source: 1), repeat: 10)
        let counters = try object.map("counters", as: PerCPUArray<Counter>.self)
        let values = try counters.values(at: 5)
        #expect(try values.count == possibleCPUCount())
        #expect(values.reduce(0) { $0 + $1.packets } == 10)
        #expect(values.reduce(0) { $0 + $1.bytes } == 600)
        let fresh = values.indices.map { Counter(packets: UInt64($0), bytes: 1) }
        try counters.update(at: 1023, fresh)
        #expect(try counters.values(at: 1023) == fresh)
        #expect(try counters.values(at: 5) == values)
    }

    @Test func `a small per-CPU value is strided by eight`() throws {
        let array = try PerCPUArray<UInt32>(
            Map.create(
                type: .perCPUArray, name: "small", keySize: 4, valueSize: 4, maxEntries: 2))
        let values = (0..<(try possibleCPUCount())).map { UInt32($0 + 1) }
        try array.update(at: 1, values)
        #expect(try array.values(at: 1) == values)
    }

    @Test func `an index outside of an array is named`() throws {
        let object = try Fixture.load()
        let counters = try object.map("counters", as: PerCPUArray<Counter>.self)
        let read = try failure { _ = try counters.values(at: 5000) }
        #expect(read.code == .outOfRange)
        #expect("\(read)" == "read array counters: index 5000 is outside 0..<1024")
        let count = try failure { try counters.update(at: 0, []) }
        #expect(count.code == .outOfRange)
        let mapped = try object.map("mapped", as: ArrayMap<UInt32>.self)
        let write = try failure { try mapped.update(at: 1000, 1) }
        #expect("\(write)" == "write array mapped: index 1000 is outside 0..<1000")
        let batch = try failure { try mapped.updateBatch(from: 999, [1, 2].span) }
        #expect(batch.code == .outOfRange)
    }

    @Test func `a view of another layout or type is refused`() throws {
        let object = try Fixture.load()
        let value = try failure { _ = try object.map("counters", as: PerCPUArray<UInt64>.self) }
        #expect(value.code == .layout)
        #expect("\(value)" == "open map counters: its values have 16 bytes, UInt64 has 8")
        let key = try failure { _ = try object.map("prefixes", as: LPMTrie<UInt32, UInt32>.self) }
        #expect("\(key)" == "open map prefixes: its keys have 8 bytes, UInt32 has 4")
        let type = try failure { _ = try object.map("counters", as: ArrayMap<Counter>.self) }
        #expect(type.code == .wrongType)
        #expect("\(type)" == "open map counters: it is of type percpu_array, not array")
        struct Padded {
            var first: UInt32
            var second: UInt16
        }
        let padded = try failure {
            let map = try Map.create(
                type: .hash, name: "odd", keySize: 6, valueSize: 4, maxEntries: 1)
            _ = try HashMap<Padded, UInt32>(map)
        }
        #expect(
            "\(padded)" == "open map odd: its keys have 6 bytes, Padded has 6 and a stride of 8")
    }

    @Test func `an array takes values one by one and together`() throws {
        let array = try Fixture.load().map("mapped", as: ArrayMap<UInt32>.self)
        try array.update(at: 3, 33)
        try array.updateBatch(from: 998, [8, 9].span)
        #expect(try array.value(at: 3) == 33)
        #expect(try array.value(at: 999) == 9)
        #expect(array.count == 1000)
    }

    @Test func `a hash table`() throws {
        let hash = try HashMap<UInt64, UInt32>(
            Map.create(type: .hash, name: "table", keySize: 8, valueSize: 4, maxEntries: 3))
        #expect(try hash.value(for: 1) == nil)
        try hash.update(1, 10)
        try hash.updateBatch(keys: [2, 3].span, values: [20, 30].span)
        #expect(try hash.value(for: 3) == 30)
        #expect(try hash.elements().map(\.key).sorted() == [1, 2, 3])
        let full = try failure { try hash.update(4, 40) }
        #expect(full.code == .full)
        #expect("\(full)" == "update map table: its 3 entries are taken (E2BIG)")
        let exists = try failure { try hash.update(1, 11, .create) }
        #expect(exists.errno == .fileExists)
        #expect(try failure { try hash.update(9, 1, .replace) }.code == .notFound)
        #expect(try hash.delete(1))
        #expect(try !hash.delete(1))
        try hash.deleteBatch(keys: [1, 2, 7, 3].span)
        #expect(try hash.elements().isEmpty)
        let (one, none) = ([UInt64(1)], [UInt32]())
        let counts = try failure { try hash.updateBatch(keys: one.span, values: none.span) }
        #expect("\(counts)" == "update map table: 1 keys come with 0 values")
    }

    @Test func `a frozen map takes no more writes`() throws {
        let map = try Map.create(
            type: .array, name: "frozen", keySize: 4, valueSize: 4, maxEntries: 1,
            flags: .memoryMappable)
        try map.freeze()
        let mapping = try failure { _ = try MappedArray<UInt32>(map, access: .readWrite) }
        #expect("\(mapping)" == "map array frozen: the array is frozen (EPERM)")
        let array = try ArrayMap<UInt32>(map)
        let error = try failure { try array.update(at: 0, 1) }
        #expect(
            "\(error)"
                == "update map frozen: the map is frozen or read-only, or CAP_BPF is missing (EPERM)"
        )
    }

    @Test func `a map tells about itself and is found by id`() throws {
        let map = try Fixture.load().map("prefixes", as: Map.self)
        #expect(map.info.type == .lpmTrie)
        #expect(map.info.name == "prefixes")
        #expect(map.info.keySize == 8)
        #expect(map.info.valueSize == 4)
        #expect(map.info.maxEntries == 100_000)
        #expect(map.info.flags == .noPreallocation)
        #expect(try Map.ids().contains(map.info.id))
        #expect(try Map(id: map.info.id).info == map.info)
        #expect(try map.duplicate().info == map.info)
    }

    @Test func `a capacity that the kernel refuses`() throws {
        let error = try failure {
            _ = try Map.create(
                type: .array, name: "zero", keySize: 4, valueSize: 4, maxEntries: 0)
        }
        #expect("\(error)" == "create map zero: invalid argument (EINVAL)")
    }
}
