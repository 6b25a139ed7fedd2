import Foundation
import LinuxSystem
import TestSupport
import Testing

@testable import Tracing

/// Many sockets. NETCTL_SHORT_SOCKETS and NETCTL_LIVE_SOCKETS make it more of them, and print figures.
@Suite("Many sockets", .requiresRoot, .serialized) struct ContextLoadTests {
    private static func number(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    private static func cookie(of descriptor: Int32) -> UInt64 {
        var cookie: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        getsockopt(descriptor, SOL_SOCKET, 57, &cookie, &length)  // SO_COOKIE
        return cookie
    }

    @Test func `short ones are all seen, and leave no room taken`() async throws {
        let count = Self.number("NETCTL_SHORT_SOCKETS", 20_000)
        try await withNetworkNamespace {
            let context = try SocketContext()
            let before = try context.fill()
            let start = ContinuousClock.now
            // From every processor at once, wherever the threads are: nothing is sent.
            let threads = ProcessInfo.processInfo.activeProcessorCount
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                for _ in 0..<count / threads {
                    close(socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
                }
            }
            let took = ContinuousClock.now - start
            // Those behind them: of the others the first ones closed are forgotten.
            let cookies = (0..<2000).map { _ in
                let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
                defer { close(descriptor) }
                return Self.cookie(of: descriptor)
            }
            for cookie in cookies {
                let record = try #require(try context.record(of: cookie))
                #expect(record.owner.pid == getpid() && record.origin == .create)
            }
            // A child of another test may have a copy of a socket until it calls exec.
            var open = cookies
            for _ in 0..<3_000 {
                open = try open.filter { try context.record(of: $0)?.closed == nil }
                if open.isEmpty { break }
                usleep(10_000)
            }
            #expect(open.isEmpty)
            let fill = try context.fill()
            #expect(fill.full == before.full)
            // Others' sockets come and go meanwhile.
            #expect(fill.open < before.open + 500)
            if count > 20_000 {
                print(
                    "\(count) short sockets: \(Int(Double(count) / (took / .seconds(1)))) a second")
            }
        }
    }

    @Test func `live ones are all known, or counted`() async throws {
        let count = Self.number("NETCTL_LIVE_SOCKETS", 3000)
        try await withNetworkNamespace {
            let context = try SocketContext()
            let before = try context.fill()
            let bytes = context.memory
            // A process may be allowed 20,000 descriptors, and no more even to root.
            let scenes = try stride(from: 0, to: count, by: 15_000).map { first in
                try Scene("many sockets \(min(15_000, count - first)) wait")
            }
            defer { for scene in scenes { scene.end() } }
            let cookies = try scenes.flatMap { try $0.cookies("sockets") }
            #expect(cookies.count == count)
            let fill = try context.fill()
            let pids = try Set(scenes.flatMap { try $0.pids() })
            var unknown = 0
            for cookie in cookies {
                if let record = try context.record(of: cookie) {
                    #expect(pids.contains(record.owner.pid))
                } else {
                    unknown += 1
                }
            }
            // What found no room is counted; others' sockets may be among it.
            #expect(unknown == 0 || UInt64(unknown) <= fill.full - before.full)
            #expect(fill.open <= fill.room)
            #expect(context.memory == bytes)
            let walk = SocketWalk()
            _ = try walk.scan()
            let start = ContinuousClock.now
            let scan = try walk.scan()
            let took = ContinuousClock.now - start
            #expect(scan.holders.count >= count)
            if count > 3000 {
                print("a walk of \(scan.records.count) sockets: \(took)")
                print(
                    "\(count) live sockets: \(fill.open) known, \(fill.full) without room, "
                        + "\(bytes) bytes of maps")
            }
        }
    }
}
