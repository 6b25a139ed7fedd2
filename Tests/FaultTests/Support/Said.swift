import Synchronization

@testable import Datapath

/// What a command says besides its result.
final class Said: Sendable {
    private let text = Mutex<[String]>([])

    func add(_ line: String) { text.withLock { $0.append(line) } }

    var lines: [String] { text.withLock { $0 } }
}

/// Failpoints that were come by.
final class Reached: Sendable {
    private let failpoints = Mutex<[Failpoint]>([])

    func add(_ failpoint: Failpoint) { failpoints.withLock { $0.append(failpoint) } }

    var all: [Failpoint] { failpoints.withLock { $0 } }
}
