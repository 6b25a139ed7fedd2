import CLinuxShims
import Foundation
import Glibc
import Synchronization
import SystemPackage

/// The CPUs to measure on.
enum Processors {
    /// Those that the process may run on, unless it is kept to fewer on purpose.
    static let online = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Keeps the calling thread, and what it spawns, on one CPU.
    static func pin(to cpu: Int) throws {
        let answer = netctl_stay_on_cpu(Int32(cpu))
        guard answer == 0 else { throw BenchError("CPU \(cpu): \(Errno(rawValue: -answer))") }
    }

    /// Does the same on the first CPUs at once, a thread pinned to each.
    ///
    /// - Returns: What each of them found.
    static func onEach<Result: Sendable>(
        of count: Int, _ work: @escaping @Sendable () throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Swift.Result<Result, any Error>]>([])
        let group = DispatchGroup()
        for cpu in 0..<count {
            group.enter()
            Thread {
                let result = Swift.Result {
                    try pin(to: cpu)
                    return try work()
                }
                results.withLock { $0.append(result) }
                group.leave()
            }.start()
        }
        group.wait()
        return try results.withLock { try $0.map { try $0.get() } }
    }
}
