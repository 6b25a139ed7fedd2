import Testing

@testable import LinuxSystem

@Suite("Time namespaces") struct TimeNamespaceTests {
    @Test(
        arguments: [
            ("monotonic           0         0\nboottime            0         0\n", 0),
            (
                "monotonic           5         0\nboottime       100000         7\n",
                100_000_000_000_007
            ),
            ("boottime -3600 500\n", -3_599_999_999_500),
            ("", 0), ("boottime x 0", 0), ("boottime 1", 0),
        ] as [(String, Int64)])
    func `how far the boot clock is ahead`(text: String, offset: Int64) {
        #expect(TimeNamespace.bootOffset(in: text) == offset)
    }

    @Test func `a process's start, by the clock of who reads`() {
        // 100 ticks a second.
        let start: UInt64 = 12_345_678_901
        #expect(LinuxProcess.ticks(fromBootNanoseconds: start, ahead: 0) == 1234)
        #expect(LinuxProcess.ticks(fromBootNanoseconds: start, ahead: 100_000_000_000) == 11_234)
        // As the kernel rounds: the sum, not its parts.
        #expect(LinuxProcess.ticks(fromBootNanoseconds: start, ahead: 4_321_099) == 1235)
        #expect(LinuxProcess.ticks(fromBootNanoseconds: start, ahead: -12_000_000_000) == 34)
        #expect(LinuxProcess.ticks(fromBootNanoseconds: start, ahead: -99_000_000_000) == 0)
    }
}
