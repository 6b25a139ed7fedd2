import Foundation
import LinuxSystem
import TestSupport
import Testing

/// A cgroup's memory runs out while tables are loaded: the old policy stays, and nothing else.
@Suite("Memory limits", .requiresRoot)
struct MemoryLimitTests {
    /// `NETCTL_LIMITED_ADDRESSES`: how many a set has.
    private static let addresses =
        ProcessInfo.processInfo.environment["NETCTL_LIMITED_ADDRESSES"].flatMap { Int($0) }
        ?? 60_000

    /// Limits, of what an apply takes at most when it may: more of them for a large set.
    private static let percents = addresses > 60_000 ? [35, 50, 65, 75, 85, 92, 97] : [50, 85, 97]

    /// How an apply ended.
    private enum End: String, CaseIterable {
        case done, refused = "refused beforehand", failed = "refused by the kernel", killed

        init(_ result: CommandResult) {
            switch result.status {
            case 0: self = .done
            case 128 + SIGKILL: self = .killed
            default: self = result.stderr.contains("beside those in force") ? .refused : .failed
            }
        }
    }

    private static func policy(_ rule: String, _ members: String) -> String {
        """
        version: 1
        name: edge
        sets: { threats: { \(members) } }
        filters:
          inbound:
            default: pass
            rules:
              - { name: \(rule), match: { src: "@threats" }, action: drop }
        attach:
          - { interface: eth1, xdp: inbound }
        """
    }

    private static func list() -> String {
        var random = SeededRandom(seed: 1)
        return (0..<addresses).map { _ in
            let bits = UInt32.random(in: 0x0100_0000...0xdfff_ffff, using: &random)
            return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)\n"
        }.joined()
    }

    /// The pins: what a failed apply left would be among them.
    private static func pins() throws -> String {
        try runChecked(["sh", "-c", "cd /sys/fs/bpf/netctl && find . | sort"])
    }

    @Test("an apply that does not fit changes nothing, at whatever point memory runs out")
    func limited() async throws {
        guard let controller = MemoryController() else {
            print("skipped: no hierarchy of cgroups here has the memory controller")
            return
        }
        try await withSandbox {
            let directory = try TemporaryDirectory()
            try addInterface("eth1")
            _ = try directory.write(Self.list(), to: "threats.txt")
            let large = try directory.write(
                Self.policy("threats", "file: threats.txt"), to: "large.yaml")
            let small = try ["first", "second"].map {
                try directory.write(Self.policy($0, "cidrs: [192.0.2.1]"), to: "\($0).yaml")
            }
            // Twice: the policy before the one in force is kept, too.
            func applySmall() throws {
                for policy in small { #expect(try netctl("apply", policy).status == 0) }
            }
            try applySmall()
            let before = try StatusDocument.now().entry("eth1")

            // What it takes when it may.
            let free = try controller.group("free")
            defer { free.remove() }
            let applied = try free.run([Netctl.path, "apply", large])
            #expect(applied.status == 0, "\(applied)")
            let (peak, taken) = (try free.peak(), try free.kernelMemory())
            #expect(try StatusDocument.now().entry("eth1").digest != before.digest)
            try applySmall()
            #expect(try free.kernelMemory(fallsTo: taken / 10))

            var ends: [End: Int] = [:]
            for percent in Self.percents {
                let group = try controller.group("\(percent)")
                defer { group.remove() }
                let pins = try Self.pins()
                try group.limit(peak / 100 * percent)
                let result = try group.run([Netctl.path, "apply", large])
                let end = End(result)
                ends[end, default: 0] += 1
                print("\(percent) % of \(peak >> 20) MB: \(end.rawValue) \(result.stderr)")
                if end == .done {
                    try applySmall()
                    continue
                }
                let after = try StatusDocument.now().entry("eth1")
                #expect(after.digest == before.digest && after.policy == "edge")
                if end != .killed { #expect(result.stderr.contains("ENOMEM"), "\(result)") }
                // Who was killed could not tidy up: the next command does, which has nothing else to do.
                if end == .killed { #expect(try netctl("apply", small[1]).status == 0) }
                #expect(try Self.pins() == pins)
                #expect(try group.kernelMemory(fallsTo: taken / 10), "\(percent) %: \(end)")
            }
            #expect(ends[.failed, default: 0] + ends[.killed, default: 0] > 0, "\(ends)")
            #expect(try netctl("apply", large).status == 0)
            #expect(try StatusDocument.now().entry("eth1").digest != before.digest)
        }
    }
}

/// A hierarchy of cgroups that can limit memory.
private struct MemoryController {
    private let mount: String
    fileprivate let isVersion2: Bool

    init?() {
        if let mount = try? CgroupMount.current().path,
            (try? ProcFile.read("\(mount)/cgroup.subtree_control"))?
                .split(whereSeparator: \.isWhitespace).contains("memory") == true
        {
            (self.mount, isVersion2) = (mount, true)
        } else if (try? ProcFile.read("/sys/fs/cgroup/memory/memory.limit_in_bytes")) != nil {
            (mount, isVersion2) = ("/sys/fs/cgroup/memory", false)
        } else {
            return nil
        }
    }

    /// A cgroup of its own, without a limit.
    func group(_ name: String) throws -> MemoryGroup {
        let folder = "\(mount)/netctl-memory-\(getpid())-\(name)"
        try Directory.make(folder)
        return MemoryGroup(folder: folder, isVersion2: isVersion2)
    }
}

/// A cgroup whose memory is looked at.
private struct MemoryGroup {
    let folder: String
    let isVersion2: Bool

    func run(_ arguments: [String]) throws -> CommandResult {
        try TestSupport.run(
            ["sh", "-c", "echo $$ >'\(folder)/cgroup.procs' && exec \"$@\"", "sh"] + arguments,
            limit: .seconds(300))
    }

    func limit(_ bytes: Int) throws {
        let name = isVersion2 ? "memory.max" : "memory.limit_in_bytes"
        try Data("\(bytes)".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    /// The most that there has been.
    func peak() throws -> Int {
        try number(isVersion2 ? "memory.peak" : "memory.max_usage_in_bytes")
    }

    /// What the kernel holds for what was done in it: maps and programs.
    func kernelMemory() throws -> Int {
        guard isVersion2 else { return try number("memory.kmem.usage_in_bytes") }
        let lines = try ProcFile.read("\(folder)/memory.stat").split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("kernel ") })
        return try #require(Int(line.dropFirst("kernel ".count)))
    }

    /// Programs and maps are freed a while after their last user has gone.
    func kernelMemory(fallsTo bytes: Int) throws -> Bool {
        for _ in 0..<1000 {
            if try kernelMemory() <= bytes { return true }
            usleep(20_000)
        }
        return false
    }

    func remove() { try? Directory.remove(folder) }

    private func number(_ name: String) throws -> Int {
        try #require(Int(try ProcFile.read("\(folder)/\(name)").prefix { $0 != "\n" }))
    }
}
