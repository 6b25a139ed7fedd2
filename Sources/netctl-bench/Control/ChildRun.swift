import Foundation
import Glibc
import Synchronization

/// How long a command took and what it held at most.
struct ChildRun {
    let milliseconds: Double
    /// Its peak of resident memory, 0 unless that was watched.
    let peakMegabytes: Double

    /// Runs a command to its end; its output is thrown away.
    ///
    /// - Parameters:
    ///   - arguments: The command, looked up in PATH, and its arguments.
    ///   - watchesMemory: Whether to look at its memory every millisecond.
    /// - Throws: ``BenchError`` unless it succeeds.
    init(_ arguments: [String], watchesMemory: Bool = false) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let child = try ChildProcess(arguments)
        let watch = watchesMemory ? MemoryWatch(child.pid) : nil
        let succeeded = child.wait()
        milliseconds = (clock.now - start).milliseconds
        peakMegabytes = watch?.end() ?? 0
        guard succeeded else { throw BenchError("\(arguments.joined(separator: " ")) failed") }
    }
}

/// Looks at the memory of a process from a thread of its own.
///
/// Not `ru_maxrss`: a spawned child begins with the peak of its parent.
private final class MemoryWatch: Sendable {
    private let peak = Mutex(0.0)
    private let isOver = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ pid: pid_t) {
        Thread { [self] in
            // The command has the CPU that is measured on, the last one, for itself.
            try? Processors.pin(to: 0)
            while !isOver.load(ordering: .relaxed) {
                let now = Self.peakMegabytes(of: pid)
                peak.withLock { $0 = max($0, now) }
                usleep(1000)
            }
            ended.signal()
        }.start()
    }

    func end() -> Double {
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        return peak.withLock { $0 }
    }

    private static func peakMegabytes(of pid: pid_t) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return 0 }
        return (Double(kilobytes) ?? 0) / 1024
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
