import BPF
import Datapath
import Foundation
import NetTypes
import Policy
import Tracing

/// What events cost the program that makes them: test runs of an attachment on XDP.
struct EventCost {
    /// Who reads meanwhile, and what becomes of the event.
    private enum Reading: String, CaseIterable {
        case nobody = "a packet, nobody reads"
        case other = "somebody reads, its rule does not log"
        case written = "an event is written"
        case held = "an event, held back by the limit"
        case lost = "an event, no room in the buffer"

        /// How the reader reads; nil without one.
        var settings: EventSettings? {
            var settings = EventSettings()
            switch self {
            case .nobody: return nil
            case .held: settings.rate = 1
            case .other, .written:
                settings.rate = nil
                settings.bufferBytes = 64 << 20
            case .lost:
                settings.rate = nil
                settings.bufferBytes = 4096
            }
            return settings
        }
    }

    /// The row that the others are compared with, and that of an event.
    static let (floor, written) = (name(.nobody), name(.written))

    private static let interface = "events0"
    private static let (loggedPort, quietPort): (UInt16, UInt16) = (7, 9)
    private static let repeats: Int32 = 20000

    private let stub: UInt32
    private var samples: [Reading: [Double]] = [:]

    /// Attaches a policy, one rule of which logs.
    init(netctl: String, in folder: URL) throws {
        try Tool.run(["ip", "link", "add", Self.interface, "type", "veth"])
        let policy = folder.appending(path: "events.yaml")
        let text = """
            version: 1
            name: events
            filters:
              inbound:
                default: pass
                rules:
                  - { name: logged, match: { dport: \(Self.loggedPort) }, action: drop, log: true }
                  - { name: quiet, match: { dport: \(Self.quietPort) }, action: drop }
            attach:
              - { interface: \(Self.interface), xdp: inbound }

            """
        try Data(text.utf8).write(to: policy)
        try Tool.run([netctl, "apply", policy.path])
        let found = try Observation.now().attachments
        guard let attachment = found.first(where: { $0.name.hasPrefix(Self.interface) }) else {
            throw BenchError("\(Self.interface): nothing is attached")
        }
        stub = attachment.programID
    }

    /// Measures every way of reading once.
    mutating func run() throws {
        for reading in Reading.allCases {
            let nanoseconds = try measure(reading)
            samples[reading, default: []].append(nanoseconds)
        }
    }

    private func measure(_ reading: Reading) throws -> Double {
        let port = reading == .other ? Self.quietPort : Self.loggedPort
        let flow = Flow(
            src: .v4(IPv4Address(bits: 0xC000_0201)), dst: .v4(IPv4Address(bits: 0xC633_6401)),
            proto: .udp, sport: 5000, dport: port)
        let program = try Program(id: stub)
        var filter = EventFilter()
        filter.hooks = [.hook(.xdp)]
        let reader = try reading.settings.map { try EventReader(filter, $0) }
        let run = try program.testRun(packet: flow.frame, repeat: Self.repeats)
        guard run.returnValue == ProgramCase.drop else {
            throw BenchError("\(reading.rawValue): verdict \(run.returnValue)")
        }
        if let reader {
            var events = 0
            try reader.finish { _ in events += 1 }
            try check(reading, reader.totals(), events)
        }
        return Double(run.durationNanoseconds)
    }

    /// That what was measured happened.
    private func check(_ reading: Reading, _ totals: EventTotals, _ events: Int) throws {
        let runs = UInt64(Self.repeats)
        let isAsMeant =
            switch reading {
            case .nobody, .other: totals.seen == 0
            case .written: totals.sent == runs && events == Int(runs)
            case .held: totals.suppressed > runs - 100 && totals.seen == runs
            case .lost: totals.lost > runs - 100 && totals.seen == runs
            }
        guard isAsMeant else {
            throw BenchError("\(reading.rawValue): \(totals), \(events) read")
        }
    }

    /// What was found.
    var measurements: [Measurement] {
        Reading.allCases.map {
            Measurement(
                what: Self.name($0), column: "time", unit: "ns", values: samples[$0] ?? [],
                over: Self.floor)
        }
    }

    private static func name(_ reading: Reading) -> String { "XDP: \(reading.rawValue)" }
}
