import CTestSupport
import LinuxSystem
import SystemPackage
import Testing

@testable import Datapath

/// An operation on a ground that is cut short again and again, and what is there before and after it.
final class Trial {
    let operation: Operation
    let ground: Ground
    /// What is there when nothing was done, and when all was.
    let before: HeldState
    let after: HeldState
    /// The changes of the operation, in order.
    let failpoints: [Failpoint]
    /// How many calls it makes that can fail.
    let calls: [Fault: Fault.Calls]
    private var isPrepared = false

    init(_ operation: Operation, _ ground: Ground) throws {
        self.operation = operation
        self.ground = ground
        try operation.prepare(ground)
        before = try HeldState.now()
        let reached = Reached()
        calls = try Fault.count {
            try Failpoint.observe({ reached.add($0) }) {
                try operation.perform(ground)
            }
        }
        failpoints = reached.all
        after = try HeldState.now()
        _ = try Reconciler().detachAll()
        #expect(before != after, "\(operation) changes nothing")
        #expect(try HeldState.now() == HeldState())
    }

    /// Has looked for what is looked for once and known from then on: that is not part of any operation.
    static func warmUp(_ operations: [Operation], _ ground: Ground) throws {
        for operation in operations.suffix(1) + operations.prefix(1) {
            try operation.prepare(ground)
            try operation.perform(ground)
            _ = try Reconciler().detachAll()
        }
    }

    /// Tells it from the other trials, where cases are counted.
    var number: Int { 11 * operation.number + 17 * ground.way.number }

    /// What became of an operation that was cut short.
    enum End: String, CaseIterable {
        /// Nothing had happened.
        case nothing = "without a trace"
        /// The next command brought back what was there before.
        case undone
        /// The next command finished it.
        case finished
        /// All of it had been done.
        case done
    }

    /// Cuts the operation short once: what is left is one of the two states, or the next command makes
    /// it so and says what it did.
    ///
    /// - Parameters:
    ///   - what: What cuts it short.
    ///   - cut: Does the operation; true when it says that it was done.
    /// - Returns: What became of it; nil when it is neither of the two.
    /// - Throws: What keeps it from being tried.
    func cutShort(_ what: String, _ cut: () throws -> Bool) throws -> End? {
        if !isPrepared {
            try operation.prepare(ground)
            #expect(try HeldState.settled() == before, "before \(what)")
        }
        isPrepared = false
        let isDone = try cut()
        let left = try HeldState.settled()
        let said = try operation.next()
        let state = try HeldState.settled()
        defer {
            if !isPrepared {
                _ = try? Reconciler().detachAll()
                let remains = try? HeldState.settled()
                #expect(remains == HeldState(), "detached after \(operation.rawValue) \(what)")
            }
        }
        let context =
            "\(operation.rawValue) on \(ground.way.rawValue) \(what), done: \(isDone); left: "
            + "\(left.difference(from: before)); the next command said \(said)"
        #expect(left.isBetween(before, after), "\(context)")
        if state.isAgain(before, orRenewedAs: after), !isDone {
            isPrepared = state == before
            #expect(left == before || !said.isEmpty, "\(context)")
            #expect(!said.contains { $0.hasPrefix("finished") }, "\(context)")
            return left == before ? .nothing : .undone
        }
        if state == after {
            #expect(left == after || !said.isEmpty, "\(context)")
            // A revert is an undoing itself.
            let isUndone = said.contains { $0.hasPrefix("undid") }
            #expect(!isUndone || operation == .revert, "\(context)")
            return left == after ? .done : .finished
        }
        Issue.record(
            """
            \(context); it is neither what was before, \(state.difference(from: before)), nor what was \
            to come, \(state.difference(from: after))
            """)
        return nil
    }

    /// Leaves nothing behind.
    func clear() throws {
        if isPrepared { _ = try Reconciler().detachAll() }
        isPrepared = false
    }
}

/// The descriptors of the calling thread, which has a table of its own.
enum OwnDescriptors {
    static func begin() throws {
        let answer = netctl_own_descriptors()
        guard answer == 0 else { throw Errno(rawValue: -answer) }
    }

    /// What they are of, but for the standard ones.
    static var list: [String] {
        let folder = "/proc/thread-self/fd"
        return ((try? Directory.entries(at: folder)) ?? []).compactMap {
            try? ProcFile.link("\(folder)/\($0)")
        }
        .filter { !$0.hasPrefix("/dev/") && !$0.hasPrefix("pipe:") && !$0.hasPrefix("/proc/") }
        .sorted()
    }
}
