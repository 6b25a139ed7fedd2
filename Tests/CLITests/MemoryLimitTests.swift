import Foundation
import LinuxSystem
import TestSupport
import Testing

/// A cgroup's memory runs out while tables are loaded: the old policy stays, and nothing else.
@Suite("Memory limits", .requiresRoot)
struct MemoryLimitTests {
    /// A folder of the hierarchy that has the memory controller, and the name of its limit.
    private struct Controller {
        let mount: String
        let limit: String

        init?() {
            if let mount = try? CgroupMount.current().path,
                (try? ProcFile.read("\(mount)/cgroup.subtree_control"))?
                    .split(whereSeparator: \.isWhitespace).contains("memory") == true
            {
                (self.mount, limit) = (mount, "memory.max")
            } else if (try? ProcFile.read("/sys/fs/cgroup/memory/memory.limit_in_bytes")) != nil {
                (mount, limit) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                return nil
            }
        }
    }

    /// The pins of bodies: what a failed apply left would be among them.
    private static func programs() throws -> String {
        try runChecked(["sh", "-c", "cd /sys/fs/bpf/netctl && find . | sort"])
    }

    @Test("an apply that does not fit changes nothing, at whatever point memory runs out")
    func limited() async throws {
        guard let controller = Controller() else {
            print("skipped: no hierarchy of cgroups here has the memory controller")
            return
        }
        try await withSandbox {
            let folder = "\(controller.mount)/netctl-memory-\(getpid())"
            try Directory.make(folder)
            defer { try? Directory.remove(folder) }
            let directory = try TemporaryDirectory()
            try addInterface("eth1")
            var random = SeededRandom(seed: 1)
            let addresses = (0..<60_000).map { _ in
                let bits = UInt32.random(in: 0x0100_0000...0xdfff_ffff, using: &random)
                return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)\n"
            }
            _ = try directory.write(addresses.joined(), to: "threats.txt")
            func policy(_ cidrs: String) -> String {
                """
                version: 1
                name: edge
                sets: { threats: { \(cidrs) } }
                filters:
                  inbound:
                    default: pass
                    rules:
                      - { name: threats, match: { src: "@threats" }, action: drop }
                attach:
                  - { interface: eth1, xdp: inbound }
                """
            }
            let small = try directory.write(policy("cidrs: [192.0.2.1]"), to: "small.yaml")
            let large = try directory.write(policy("file: threats.txt"), to: "large.yaml")
            #expect(try netctl("apply", small).status == 0)
            let before = try StatusDocument.now().entry("eth1")
            let programs = try Self.programs()
            // From too little to start with to nearly enough: the command sees it coming, the kernel refuses,
            // or the command is ended.
            for megabytes in [60, 80, 110] {
                try Data("\(megabytes << 20)".utf8).write(
                    to: URL(filePath: "\(folder)/\(controller.limit)"))
                let result = try run(
                    [
                        "sh", "-c", "echo $$ >'\(folder)/cgroup.procs' && exec \"$@\"", "sh",
                        Netctl.path, "apply", large,
                    ], limit: .seconds(120))
                print("memory limit of \(megabytes) MB: status \(result.status), \(result.stderr)")
                if result.status == 0 { break }
                // Who is killed says nothing.
                if result.status == 1 {
                    #expect(result.stderr.contains("ENOMEM"), "\(result)")
                }
                let after = try StatusDocument.now().entry("eth1")
                #expect(after.digest == before.digest && after.policy == "edge")
                #expect(try Self.programs() == programs)
            }
            #expect(try netctl("apply", large).status == 0)
            let after = try StatusDocument.now().entry("eth1")
            #expect(after.digest != before.digest)
        }
    }
}
