import BPF
import Foundation
import LinuxSystem
import TestSupport
import Testing

/// Commands that watch, killed with SIGKILL: the kernel has nothing of them any more.
@Suite("Killed readers", .requiresRoot, .serialized) struct KilledReaderTests {
    /// Programs, maps and links that a process holds: `prog_id: 17`.
    private static func held(by pid: Int32) -> Set<String> {
        let folder = "/proc/\(pid)/fdinfo"
        var found: Set<String> = []
        for name in (try? Directory.entries(at: folder)) ?? [] {
            guard let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            else { continue }
            for line in text.split(separator: "\n") {
                let words = line.split(whereSeparator: \.isWhitespace)
                guard let kind = words.first, words.count == 2,
                    ["prog_id:", "map_id:", "link_id:"].contains(kind)
                else { continue }
                found.insert("\(kind) \(words[1])")
            }
        }
        return found
    }

    private static func exists(_ object: String) -> Bool {
        let words = object.split(separator: " ")
        guard let id = UInt32(words[1]) else { return false }
        switch words[0] {
        case "prog_id:": return (try? Program(id: id)) != nil
        case "map_id:": return (try? Map(id: id)) != nil
        default: return (try? Link(id: id)) != nil
        }
    }

    @Test(arguments: [
        ["trace", "exec", "--args", "--tree"], ["trace", "connect"], ["trace", "state"],
        ["trace", "rst"], ["events", "--follow"], ["capture", "-w", "/dev/null"],
    ])
    func `nothing is left`(arguments: [String]) async throws {
        try await withSandbox {
            let reader = try BackgroundCommand([Netctl.path] + arguments)
            var held: Set<String> = []
            for _ in 0..<400 {
                let now = Self.held(by: reader.pid)
                if now == held, now.count > 3, now.contains(where: { $0.hasPrefix("link_id") }) {
                    break
                }
                held = now
                usleep(50_000)
            }
            #expect(held.contains { $0.hasPrefix("link_id") } && held.count > 3, "\(held)")
            reader.signal(SIGKILL)
            _ = try reader.wait()
            var left = held
            // The kernel frees them a moment later.
            for _ in 0..<100 {
                left = left.filter(Self.exists)
                if left.isEmpty { break }
                usleep(50_000)
            }
            #expect(left.isEmpty)
            #expect((try? FileIdentity(path: "/sys/fs/bpf/netctl")) == nil)
        }
    }
}
