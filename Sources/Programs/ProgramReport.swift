internal import BPF
public import Foundation

/// What is known of a program in the kernel, anybody's.
public struct ProgramReport: Encodable, Sendable {
    /// The kernel's number.
    public let id: UInt32
    /// The function's name in C; its first 15 bytes where there is no type information.
    public let name: String
    /// The type: `xdp`.
    public let type: String
    /// The hash of its instructions.
    public let tag: String
    /// When it was loaded.
    public let loadedAt: Date
    /// Who loaded it.
    public let userID: UInt32
    /// Whether its licence is compatible with the GPL.
    public let isGPLCompatible: Bool
    /// How many bytes its instructions have.
    public let translatedBytes: UInt32
    /// How many bytes of machine code it is; 0 if it is interpreted.
    public let machineBytes: UInt32
    /// How many instructions the verifier looked at.
    public let verifiedInstructions: UInt32
    /// The maps that it uses.
    public let mapIDs: [UInt32]
    /// The links that keep it on a hook; it may be on others without a link.
    public let linkIDs: [UInt32]
    /// How often it ran while statistics were on.
    public let runCount: UInt64
    /// How long those runs took together.
    public let runNanoseconds: UInt64
    /// What it did while it was measured.
    public internal(set) var measured: Measurement?

    /// The runs of a program during a measurement.
    public struct Measurement: Encodable, Sendable {
        /// How long it was watched.
        public let seconds: Double
        /// How often it ran.
        public let runs: UInt64
        /// How long those runs took together.
        public let nanoseconds: UInt64

        /// The mean of a run, in nanoseconds.
        public var nanosecondsPerRun: Double {
            runs == 0 ? 0 : Double(nanoseconds) / Double(runs)
        }

        private enum CodingKeys: String, CodingKey {
            case seconds, runs
            case nanoseconds = "run_time_ns"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, type, tag, measured
        case loadedAt = "loaded_at"
        case userID = "uid"
        case isGPLCompatible = "gpl_compatible"
        case translatedBytes = "xlated_bytes"
        case machineBytes = "jited_bytes"
        case verifiedInstructions = "verified_instructions"
        case mapIDs = "map_ids"
        case linkIDs = "link_ids"
        case runCount = "run_count"
        case runNanoseconds = "run_time_ns"
    }

    init(_ program: borrowing Program, links: [UInt32: [UInt32]]) throws(BPFError) {
        let info = try program.info
        id = info.id
        name = program.functionName ?? info.name
        type = "\(info.type)"
        tag = info.tag
        loadedAt = Date(timeIntervalSinceNow: -Self.secondsSince(info.loadTimeNanoseconds))
        userID = info.userID
        isGPLCompatible = info.isGPLCompatible
        translatedBytes = info.translatedBytes
        machineBytes = info.machineBytes
        verifiedInstructions = info.verifiedInstructions
        mapIDs = info.mapIDs.sorted()
        linkIDs = links[info.id] ?? []
        runCount = info.runCount
        runNanoseconds = info.runNanoseconds
    }

    private static func secondsSince(_ bootNanoseconds: UInt64) -> Double {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        let nanoseconds = Double(now.tv_sec) * 1e9 + Double(now.tv_nsec) - Double(bootNanoseconds)
        return (nanoseconds / 1e9).rounded()
    }
}

/// Keeps the kernel counting: a class, whose end can be put off.
private final class Statistics {
    private let running: RunStatistics

    init() throws(BPFError) { running = try RunStatistics() }
}

extension ProgramReport {
    /// Reports one program, or all of them.
    ///
    /// - Parameters:
    ///   - reference: The program; `nil` for all.
    ///   - duration: Measures for so long how often they run, and for how long.
    /// - Returns: The reports, by id.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public static func read(
        _ reference: Reference?, measuringFor duration: Duration? = nil
    ) throws -> [ProgramReport] {
        guard let duration else { return try read(reference) }
        let statistics = try Statistics()
        let start = ContinuousClock.now
        let before = Dictionary(uniqueKeysWithValues: try read(reference).map { ($0.id, $0) })
        Thread.sleep(forTimeInterval: duration / .seconds(1))
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        var after = try read(reference)
        withExtendedLifetime(statistics) {}
        for index in after.indices {
            let (now, then) = (after[index], before[after[index].id])
            after[index].measured = Measurement(
                seconds: elapsed, runs: now.runCount - (then?.runCount ?? 0),
                nanoseconds: now.runNanoseconds - (then?.runNanoseconds ?? 0))
        }
        return after
    }

    private static func read(_ reference: Reference?) throws -> [ProgramReport] {
        let links = try LinkReport.idsByProgram()
        if let reference {
            return [try ProgramReport(reference.program(), links: links)]
        }
        var reports: [ProgramReport] = []
        for id in try Program.ids() {
            // One may be gone between the two calls.
            guard let program = try? Program(id: id) else { continue }
            reports.append(try ProgramReport(program, links: links))
        }
        return reports
    }
}
