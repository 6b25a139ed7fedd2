import BPF
import Testing

@Suite(.root, .clang) struct RingBufferTests {
    /// `struct record`, if the bytes are one.
    private func number(_ record: RawSpan) throws -> UInt64 {
        try #require(record.byteCount == 16)
        let number = record.unsafeLoad(as: UInt64.self)
        #expect(record.unsafeLoad(fromByteOffset: 8, as: UInt64.self) == ~number)
        return number
    }

    @Test func `records come in order, and once`() throws {
        let object = try Fixture.loadRing()
        let ring = try RingBuffer(object.map("ring", as: Map.self))
        let program = try object.program("write_one")
        #expect(try ring.wait(milliseconds: 0) == false)
        #expect(try ring.drain { _ in Issue.record("there is no record") } == 0)
        _ = try program.testRun(packet: packet(source: 1), repeat: 5)
        #expect(try ring.wait(milliseconds: 0))
        var numbers: [UInt64] = []
        #expect(try ring.drain(atMost: 2) { numbers.append(try number($0)) } == 2)
        #expect(numbers == [0, 1])
        #expect(try ring.drain { numbers.append(try number($0)) } == 3)
        #expect(numbers == [0, 1, 2, 3, 4])
        #expect(try ring.wait(milliseconds: 0) == false)
    }

    @Test func `what does not fit is refused, and the rest stays whole`() throws {
        let object = try Fixture.loadRing()
        let ring = try RingBuffer(object.map("ring", as: Map.self))
        _ = try object.program("write_one").testRun(packet: packet(source: 1), repeat: 1000)
        var next: UInt64 = 0
        try ring.drain {
            let taken = try number($0)
            #expect(taken == next)
            next += 1
        }
        let written = try MappedArray<UInt64>(
            object.map("written", as: Map.self), access: .readOnly)
        #expect(next == written[0])
        #expect(written[1] > 0)
        #expect(written[0] + written[1] == 1000)
    }

    @Test func `an error ends the drain behind its record`() throws {
        struct Stop: Error {}
        let object = try Fixture.loadRing()
        let ring = try RingBuffer(object.map("ring", as: Map.self))
        _ = try object.program("write_one").testRun(packet: packet(source: 1), repeat: 3)
        #expect(throws: Stop.self) { try ring.drain { _ in throw Stop() } }
        var numbers: [UInt64] = []
        try ring.drain { numbers.append(try number($0)) }
        #expect(numbers == [1, 2])
    }

    @Test func `an array of maps leads programs to a ring buffer`() throws {
        let object = try Fixture.loadRing()
        let rings = try object.map("rings", as: MapArray.self)
        let program = try object.program("write_second")
        #expect(try program.testRun(packet: packet(source: 1)).returnValue == 3)
        let map = try RingBuffer.create(name: "second", bytes: 8192)
        try rings.set(1, map)
        #expect(try rings.mapID(at: 1) == map.info.id)
        #expect(try rings.mapID(at: 0) == nil)
        let ring = try RingBuffer(map)
        #expect(try program.testRun(packet: packet(source: 1)).returnValue == 2)
        #expect(try ring.drain { _ in } == 1)
        try rings.clear(1)
        #expect(try program.testRun(packet: packet(source: 1)).returnValue == 3)
        let outside = try failure { try rings.set(2, map) }
        #expect("\(outside)" == "write array of maps rings: index 2 is outside 0..<2")
        let made = try MapArray.create(name: "made", count: 3, of: map)
        #expect(made.count == 3)
    }

    @Test func `other maps and sizes are refused`() throws {
        let object = try Fixture.loadRing()
        let other = try failure { _ = try RingBuffer(object.map("written", as: Map.self)) }
        #expect("\(other)" == "map ring buffer written: it is of type array, not ringbuf")
        let size = try failure { _ = try RingBuffer.create(name: "odd", bytes: 5000) }
        #expect("\(size)" == "create map odd: invalid argument (EINVAL)")
    }
}
