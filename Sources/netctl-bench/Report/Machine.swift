import Foundation
import Glibc

/// Where it was measured, as the report says it.
enum Machine {
    struct Fact: Codable, Equatable {
        let name: String
        let value: String
    }

    static var facts: [Fact] {
        [
            ("date", Date().formatted(.iso8601.year().month().day())),
            ("CPU", "\(field("model name")), \(Processors.online) online"),
            ("kernel", read("/proc/sys/kernel/osrelease")),
            ("retbleed", vulnerability("retbleed")),
            ("SRSO", vulnerability("spec_rstack_overflow")),
            ("spectre v2", vulnerability("spectre_v2")),
            ("BPF JIT", read("/proc/sys/net/core/bpf_jit_enable")),
            ("CPUs allowed", field("Cpus_allowed_list", of: "/proc/self/status")),
            ("load average at the start", read("/proc/loadavg")),
        ].map(Fact.init)
    }

    private static func vulnerability(_ name: String) -> String {
        read("/sys/devices/system/cpu/vulnerabilities/\(name)")
    }

    private static func field(_ name: String, of path: String = "/proc/cpuinfo") -> String {
        let lines = read(path).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name) }
        return line?.split(separator: ":").last.map {
            $0.trimmingCharacters(in: .whitespaces)
        } ?? "unknown"
    }

    private static func read(_ path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "unknown"
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
