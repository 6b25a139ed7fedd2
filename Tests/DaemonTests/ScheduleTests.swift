import Testing

@testable import Daemon

@Suite("When the daemon looks")
struct ScheduleTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> Schedule.Instant {
        start + .milliseconds(milliseconds)
    }

    /// One that has looked at time 0.
    private static func settled(interval: Duration = .seconds(30)) -> Schedule {
        var schedule = Schedule(interval: interval, now: start)
        schedule.looked(from: start, to: start, failed: false)
        return schedule
    }

    @Test("at once, then at every interval")
    func interval() {
        var schedule = Schedule(interval: .seconds(5), now: Self.start)
        #expect(schedule.next == Self.start)
        schedule.looked(from: Self.start, to: Self.at(100), failed: false)
        #expect(schedule.next == Self.at(5100))
    }

    @Test("soon after a hint, and sooner where packets are waiting")
    func hints() {
        var schedule = Self.settled()
        schedule.note(.files, at: Self.at(10_000))
        #expect(schedule.next == Self.at(10_250))
        schedule.note(.places, at: Self.at(10_100))
        #expect(schedule.next == Self.at(10_120))
        // A further hint does not put it off.
        schedule.note(.files, at: Self.at(10_110))
        #expect(schedule.next == Self.at(10_120))
    }

    @Test("a third of the time at most, however many hints come")
    func rest() {
        var schedule = Self.settled()
        var looks = 0
        var time = 0
        while time < 10_000 {
            schedule.note(.places, at: Self.at(time))
            guard schedule.next <= Self.at(time) else {
                time += 1
                continue
            }
            looks += 1
            schedule.looked(from: Self.at(time), to: Self.at(time + 100), failed: false)
            time += 100
        }
        #expect(looks == 34)
        // What took long is not followed by as long a rest: packets may be waiting.
        schedule.looked(from: Self.at(10_000), to: Self.at(40_000), failed: false)
        schedule.note(.places, at: Self.at(40_000))
        #expect(schedule.next == Self.at(41_000))
    }

    @Test("after failures again, later each time, but never later than the interval")
    func failures() {
        var schedule = Self.settled(interval: .seconds(5))
        var pauses: [Duration] = []
        for _ in 0..<100 {
            let now = schedule.next
            schedule.looked(from: now, to: now, failed: true)
            pauses.append(schedule.next - now)
        }
        #expect(pauses.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(5)])
        #expect(pauses.dropFirst(3).allSatisfy { $0 == .seconds(5) })
        schedule.looked(from: schedule.next, to: schedule.next, failed: false)
        let now = schedule.next
        schedule.looked(from: now, to: now, failed: true)
        #expect(schedule.next - now == .seconds(1))
    }
}
