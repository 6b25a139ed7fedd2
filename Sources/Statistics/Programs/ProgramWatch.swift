internal import BPF
internal import BPFObjects
internal import Foundation

/// Watches programs for a while: the kernel counts and times their runs, and programs of netctl count what
/// they return and what XDP refuses. Each run is some tens of nanoseconds slower meanwhile.
enum ProgramWatch {
    /// Watches.
    ///
    /// - Parameters:
    ///   - programs: The programs' ids.
    ///   - duration: For how long.
    /// - Returns: What each did, by id; those that are gone are left out.
    /// - Throws: `BPFError`.
    static func watch(
        _ programs: [UInt32], for duration: Duration
    ) throws -> [UInt32: ProgramUse] {
        let running = try Running()
        let exceptions = try? Exceptions()
        var returns: [UInt32: Result<Returns, any Error>] = [:]
        var before: [UInt32: ProgramInfo] = [:]
        for id in programs {
            returns[id] = Result { try Returns(of: id) }
            before[id] = try? Program(id: id).info
        }
        let start = ContinuousClock.now
        Thread.sleep(forTimeInterval: duration / .seconds(1))
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        var found: [UInt32: ProgramUse] = [:]
        for (id, then) in before {
            guard let now = try? Program(id: id).info else { continue }
            let answers = returns[id]
            found[id] = ProgramUse(
                seconds: elapsed, runs: now.runCount - then.runCount,
                nanoseconds: now.runNanoseconds - then.runNanoseconds,
                exceptions: now.type == .xdp ? try exceptions?.read(of: id) : nil,
                returns: try? answers?.get().read(), whyNoReturns: answers?.reason)
        }
        withExtendedLifetime(running) {}
        return found
    }

    /// Keeps the kernel counting: a class, whose end can be put off.
    private final class Running {
        private let statistics: RunStatistics

        init() throws { statistics = try RunStatistics() }
    }

    /// What XDP refused, of any program.
    private final class Exceptions {
        private let counts: HashMap<UInt64, UInt64>
        private let link: Link

        init() throws {
            let loaded = try load("program_exception", map: "use_exceptions") { _ in }
            counts = try loaded.map("use_exceptions")
            link = try Link.attachTracing(program: loaded.program("program_exception"))
        }

        func read(of program: UInt32) throws -> [ProgramUse.Answer] {
            try counts.elements().filter { UInt32($0.key >> 32) == program }.map { element in
                ProgramUse.Answer(
                    code: Int32(truncatingIfNeeded: element.key), count: element.value)
            }.sorted { $0.code < $1.code }
        }
    }

    /// What one program returns.
    private final class Returns {
        private let counts: HashMap<UInt32, UInt64>
        private let link: Link

        init(of id: UInt32) throws {
            let program = try Program(id: id)
            guard let function = program.functionName else { throw NoTypes() }
            let loaded = try load("program_return", map: "use_returns") { object in
                try object.setAttachTarget(
                    program: "program_return", program, function: function)
            }
            counts = try loaded.map("use_returns")
            link = try Link.attachTracing(program: loaded.program("program_return"))
        }

        func read() throws -> [ProgramUse.Answer] {
            try counts.elements().map { element in
                ProgramUse.Answer(code: Int32(bitPattern: element.key), count: element.value)
            }.sorted { $0.code < $1.code }
        }
    }

    /// The kernel finds a program's function by its type information.
    private struct NoTypes: Error, CustomStringConvertible {
        var description: String { "it was compiled without type information (-g)" }
    }

    private static func load(
        _ program: String, map: String, _ prepare: (inout OpenObject) throws -> Void
    ) throws -> LoadedObject {
        var object = try OpenObject(image: BPFObjects.programUse.image(), name: "use")
        try object.loadOnly(programs: [program])
        try object.createOnly(maps: [map])
        try prepare(&object)
        return try object.load()
    }
}

extension Result {
    fileprivate var reason: String? {
        if case .failure(let error) = self { "\(error)" } else { nil }
    }
}
