import Foundation
import TestSupport
import Testing

@testable import Datapath
@testable import Tracing

@Suite("What time it was") struct EventClockTests {
    @Test(
        arguments: [
            (1_000, 0, 1_000), (1_000, 400, 600), (1_000, -400, 1_400), (1_000, 2_000, 0),
        ] as [(Int64, Int64, UInt64)])
    func `the kernel's clock, of one that is ahead`(own: Int64, ahead: Int64, kernel: UInt64) {
        #expect(BootClock.kernelNanoseconds(own, ahead: ahead) == kernel)
    }

    @Test func `a clock that is set changes what is printed, and not the order`() {
        let (before, behind) = (
            EventClock(nanosecondsToBoot: 1_795_615_330_000_000_000),
            EventClock(nanosecondsToBoot: 1_795_611_730_000_000_000)
        )
        #expect(before.timestamp(1_500_000_000) == "2026-11-25T14:02:11.500000Z")
        #expect(behind.timestamp(1_500_000_000) == "2026-11-25T13:02:11.500000Z")
        #expect(behind.microseconds(2) < behind.microseconds(3_000))
        // Before 1970 there is nothing.
        #expect(EventClock(nanosecondsToBoot: -1_000_000_000).microseconds(5) == 0)
    }

    /// In a time namespace clocks of boot are others for netctl than for its programs.
    @Test(.requiresRoot) func `times are right in a time namespace`() async throws {
        try await withSandbox {
            var trace = try BackgroundCommand([
                "unshare", "--fork", "--kill-child", "--time", "--boottime", "1000000",
                Netctl.path, "trace", "exec", "-o", "json",
            ])
            var line: Substring?
            for _ in 0..<100 where line == nil {
                try runChecked(["/bin/true"])
                let said = try? trace.waitForOutput("\n", limit: .milliseconds(100))
                line = said?.split(separator: "\n").first
            }
            trace.signal(SIGKILL)
            let event = try JSONValue(parsing: String(try #require(line)))
            guard case .object(let members) = event, case .string(let time)? = members["time"]
            else {
                Issue.record("\(event)")
                return
            }
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let told = try Date(time, strategy: style)
            #expect(abs(told.timeIntervalSinceNow) < 3600)
        }
    }
}
