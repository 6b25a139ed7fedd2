import Glibc

/// What a read costs that no cache holds, one after the other: a look-up in a long list makes two.
final class MemoryCost {
    /// As large as the tables of a million random prefixes.
    private static let bytes = 64 << 20
    private static let line = 64
    private static let steps = 1 << 19

    private let name: String
    private let memory: UnsafeMutableRawBufferPointer
    private let lines: UnsafeMutableBufferPointer<UInt32>
    private var place: UInt32 = 0
    private var times: [Double] = []

    /// Pages as the kernel maps tables, of 4 KB, or of 2 MB.
    static func all() throws -> [MemoryCost] {
        try [
            MemoryCost("a read of 64 MB at random, pages of 4 KB", advice: MADV_NOHUGEPAGE),
            MemoryCost("a read of 64 MB at random, pages of 2 MB", advice: MADV_HUGEPAGE),
        ]
    }

    /// Lines in one random circle, each with the number of the next one.
    private init(_ name: String, advice: Int32) throws {
        self.name = name
        let size = Self.bytes
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED
        else { throw BenchError("no memory for \(name)") }
        memory = UnsafeMutableRawBufferPointer(start: start, count: size)
        madvise(start, size, advice)
        lines = memory.bindMemory(to: UInt32.self)
        let count = size / Self.line
        var random = Randomness(seed: 1)
        var order = Array(0..<UInt32(count))
        // Sattolo's shuffle: one circle through all of them.
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, random.below(last))
        }
        for index in 0..<count { lines[index * Self.line / 4] = order[index] }
    }

    deinit { munmap(memory.baseAddress, memory.count) }

    /// Goes on along the circle.
    func run() {
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 0..<Self.steps { place = lines[Int(place) * Self.line / 4] }
        }
        times.append(time.milliseconds * 1e6 / Double(Self.steps))
    }

    /// What was found.
    var measurement: Measurement {
        Measurement(
            what: name, column: ProgramCase.Method.stream.rawValue, unit: "ns", values: times)
    }
}
