import Datapath
import Foundation
import Glibc
import Netlink

/// How long it takes until the daemon has done what is to be done, beside the command that one would start
/// otherwise, and what it costs meanwhile.
struct DaemonCost {
    private static let appears = "an interface appears, until its policy is in force"
    private static let command = "the same by `netctl apply`, started when the interface is there"

    private let netctl: String
    private let policy: URL
    private let daemon: ChildProcess
    private var samples: [(what: String, column: String, unit: String, values: [Double])] = []
    private var ports = 1000

    /// Starts the daemon, for interfaces that are not there yet.
    init(netctl: String, in folder: URL) throws {
        self.netctl = netctl
        policy = folder.appending(path: "daemon.yaml")
        try Self.write("bench*", port: 999, to: policy)
        daemon = try ChildProcess([netctl, "daemon", policy.path, "--interval", "1s", "--quiet"])
    }

    private static func write(_ interface: String, port: Int, to policy: URL) throws {
        let rules = (0..<100).map { number in
            "      - { name: r\(number), match: { src: 10.0.0.\(number), dport: \(port) }, action: drop }\n"
        }
        let text =
            "version: 1\nname: \(policy.deletingPathExtension().lastPathComponent)\n"
            + "filters:\n  inbound:\n    default: pass\n    rules:\n" + rules.joined()
            + "attach:\n  - { interface: \"\(interface)\", xdp: inbound }\n"
        try Data(text.utf8).write(to: policy, options: .atomic)
    }

    /// Measures everything once a round.
    mutating func run(rounds: Int) throws -> [Measurement] {
        defer { daemon.kill() }
        for round in 1...rounds {
            Progress.say("daemon, round \(round) of \(rounds)")
            try appear()
            try apply()
            try replace()
            // What comes after is not to wait for the end of this.
            usleep(500_000)
            try look()
        }
        return samples.map {
            Measurement(what: $0.what, column: $0.column, unit: $0.unit, values: $0.values)
        }
    }

    private mutating func appear() throws {
        let start = ContinuousClock.now
        try Tool.run(["ip", "link", "add", "bench0", "type", "veth"])
        try wait(for: "bench0") { try Self.hasProgram("bench0") }
        add(Self.appears, "time", "ms", (ContinuousClock.now - start).milliseconds)
    }

    private mutating func apply() throws {
        let policy = policy.deletingLastPathComponent().appending(path: "command.yaml")
        try Self.write("other*", port: 999, to: policy)
        let start = ContinuousClock.now
        try Tool.run(["ip", "link", "add", "other0", "type", "veth"])
        _ = try ChildRun([netctl, "apply", policy.path])
        add(Self.command, "time", "ms", (ContinuousClock.now - start).milliseconds)
        guard try Self.hasProgram("other0") else { throw BenchError("other0: nothing is attached") }
        try Tool.run([netctl, "detach", "other0"])
        try Tool.run(["ip", "link", "delete", "other0"])
    }

    private mutating func replace() throws {
        let before = try Self.digest()
        ports += 1
        let start = ContinuousClock.now
        try Self.write("bench*", port: ports, to: policy)
        try wait(for: "another policy") { try Self.digest() != before }
        add(
            "a policy file is replaced, until it is in force", "time", "ms",
            (ContinuousClock.now - start).milliseconds)
        try Tool.run(["ip", "link", "delete", "bench0"])
        try wait(for: "nothing") { try Self.digest() == nil }
    }

    /// What the process uses while nothing happens, for each of its looks.
    private mutating func look() throws {
        let before = try daemon.processorMilliseconds()
        sleep(3)
        add(
            "a look that finds nothing to do, one interface to watch for", "CPU time", "ms",
            try (daemon.processorMilliseconds() - before) / 3)
        add("the process", "memory", "MB", try daemon.residentMegabytes())
    }

    private static func hasProgram(_ interface: String) throws -> Bool {
        var socket = try NetlinkSocket()
        return try socket.link(named: interface).xdp != nil
    }

    private static func digest() throws -> String? {
        try Observation.now().attachments.first?.policy?.digest
    }

    private func wait(for what: String, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                throw BenchError("netctl daemon: no \(what) within 20 s")
            }
            // Looking takes the CPU that is measured on.
            usleep(20_000)
        }
    }

    private mutating func add(_ what: String, _ column: String, _ unit: String, _ value: Double) {
        guard let place = samples.firstIndex(where: { $0.what == what && $0.column == column })
        else { return samples.append((what, column, unit, [value])) }
        samples[place].values.append(value)
    }
}

extension ChildProcess {
    /// Ends it at once.
    fileprivate func kill() {
        Glibc.kill(pid, SIGKILL)
        _ = wait()
    }

    /// The time that its only thread has run.
    fileprivate func processorMilliseconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/schedstat", encoding: .utf8)
        return (text.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e6
    }

    fileprivate func residentMegabytes() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }
}
