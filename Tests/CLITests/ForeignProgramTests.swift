import Foundation
import TestSupport
import Testing

/// Programs as others write them, compiled by plain clang: unchanged, on real packets and events.
@Suite("Programs of others", .requiresRoot, .requiresClang)
struct ForeignProgramTests {
    private static func value(_ map: String) throws -> JSONValue? {
        let dump = try expectSuccess(["map", "dump", map, "-o", "json"])
        return try JSONValue(parsing: dump.stdout).elements?.first?["value"]
    }

    @Test(
        "globals, functions, tail calls and maps in maps filled where they are declared, xdp.frags")
    func steps() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("steps", in: folder)
            try expectSuccess([
                "attach", "near0", "--program", object, "--name", "steps_first", "--mode",
                "xdpgeneric", "--pin-maps", "--set", "weight=10",
            ])
            try pair.send(3, port: 9)
            let pins =
                "/sys/fs/bpf/netctl/"
                + (try runChecked(["ls", "/sys/fs/bpf/netctl"]).split(separator: "\n").first {
                    $0.hasPrefix("program-")
                } ?? "")
            let udp = try Self.value("\(pins)/map-steps_udp")
            #expect(udp?["packets"]?.integer == 30, "\(String(describing: udp))")
            #expect((udp?["bytes"]?.integer ?? 0) >= 3 * 48)
            let id = try #require(
                try JSONValue(parsing: netctl("status", "-o", "json").stdout)["programs"]?.elements?
                    .first?["program_id"]?.integer)
            let shown = try expectSuccess(["prog", "show", "\(id)", "-o", "json"])
            let maps = try JSONValue(parsing: shown.stdout)["programs"]?.elements?.first?["map_ids"]
            // The counters are in two maps: what came between two reads would be in one of them.
            try runChecked(["ip", "link", "set", "near0", "down"])
            var globals: [String: Int] = [:]
            for map in maps?.elements?.compactMap(\.integer) ?? [] {
                guard case .object(let members)? = try Self.value("\(map)") else { continue }
                for (name, value) in members { globals[name] = value.integer }
            }
            let seen = globals["frames_seen"] ?? 0
            #expect(seen >= 3 && globals["frames_first"] == 1000 + seen, "\(globals)")
            try expectSuccess(["detach", "near0"])
        }
    }

    @Test(
        "tail calls and maps in maps without --pin-maps: filled while attached, and when replaced")
    func heldArrays() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("steps", in: folder)
            for weight in [1, 10] {
                try expectSuccess([
                    "attach", "near0", "--program", object, "--name", "steps_first", "--mode",
                    "xdpgeneric", "--set", "weight=\(weight)",
                ])
                try pair.send(3, port: 9)
                let status = try JSONValue(parsing: netctl("status", "-o", "json").stdout)
                let first = try #require(
                    status["programs"]?.elements?.first?["program_id"]?.integer)
                let calls = try #require(try Self.maps(of: first)["prog_array"])
                let dump = try expectSuccess(["map", "dump", "\(calls)", "-o", "json"])
                let steps = try JSONValue(parsing: dump.stdout).elements ?? []
                #expect(steps.count == 2, "\(dump)")
                let step = try #require(steps.first?["value"]?.integer)
                let outer = try #require(try Self.maps(of: step)["array_of_maps"])
                let element = try expectSuccess(["map", "get", "\(outer)", "0", "-o", "json"])
                let inner = try #require(
                    try JSONValue(parsing: element.stdout)["value"]?.integer)
                let udp = try Self.value("\(inner)")
                #expect(udp?["packets"]?.integer == 3 * weight, "\(String(describing: udp))")
            }
            // The array of the program that was replaced went with it.
            let folders = try runChecked(["ls", "/sys/fs/bpf/netctl"]).split(separator: "\n")
            let pins = folders.first { $0.hasPrefix("program-") } ?? ""
            let arrays = try runChecked(["ls", "/sys/fs/bpf/netctl/\(pins)"])
                .split(separator: "\n").filter { $0.hasPrefix("array-") }
            #expect(arrays.count == 1 && arrays[0].hasSuffix("-steps_next"), "\(arrays)")
            try expectSuccess(["detach", "near0"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    /// The ids of the maps of a program, one of each type.
    private static func maps(of program: Int) throws -> [String: Int] {
        let shown = try JSONValue(
            parsing: netctl("prog", "show", "\(program)", "-o", "json").stdout)
        let ids = shown["programs"]?.elements?.first?["map_ids"]?.elements ?? []
        return try ids.compactMap(\.integer).reduce(into: [:]) { found, id in
            let map = try JSONValue(parsing: netctl("map", "show", "\(id)", "-o", "json").stdout)
            found[map["maps"]?.elements?.first?["type"]?.text ?? "none"] = id
        }
    }

    @Test("CO-RE, a ring buffer and a perf buffer")
    func records() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let object = try ProgramFixture.object("records", in: folder)
            try expectSuccess(["attach", "--program", object, "--pin-maps"])
            for map in ["ring", "perf"] {
                let listen = try BackgroundCommand([
                    Netctl.path, "listen",
                    "/sys/fs/bpf/netctl/program-kernel-records_exec/map-records_\(map)", "-o",
                    "json", "--for", "2s",
                ])
                // A perf buffer has no records from before its reader came.
                for _ in 0..<10 {
                    try runChecked(["/bin/true"])
                    usleep(100_000)
                }
                let said = try listen.wait(limit: .seconds(30))
                let records = try said.stdout.split(separator: "\n").map {
                    try JSONValue(parsing: String($0))["record"]
                }
                // Others on the machine may start one, too.
                let parents = records.filter { $0?["comm"]?.text == "true" }
                    .map { $0?["parent"]?.integer }
                #expect(
                    parents.contains(Int(ProcessInfo.processInfo.processIdentifier)),
                    "\(map): \(said)")
            }
            try expectSuccess(["detach", "--all"])
        }
    }

    @Test("a perf buffer that is full: what was lost is counted")
    func lost() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                struct {
                    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
                    __uint(key_size, 4);
                    __uint(value_size, 4);
                } flood SEC(".maps");
                char bytes[16384];
                SEC("raw_tp/sched_process_exec") int on_exec(void *ctx)
                {
                    for (int i = 0; i < 100; i++)
                        bpf_perf_event_output(ctx, &flood, BPF_F_CURRENT_CPU, bytes, sizeof(bytes));
                    return 0;
                }
                char LICENSE[] SEC("license") = "GPL";
                """, to: "flood.bpf.c")
            let object = try ProgramFixture.compile(source, in: folder, to: "flood.bpf.o")
            var run = try BackgroundCommand([
                "sh", "-c", #"exec "$0" "$@" 2>&1"#, Netctl.path, "run", object, "-o", "json",
            ])
            defer { run.signal(9) }
            try run.waitForOutput("running", limit: .seconds(60))
            // The kernel tells of what was lost with the next record that finds room.
            let starts = try BackgroundCommand(["sh", "-c", "while :; do /bin/true; done"])
            defer { starts.signal(9) }
            try run.waitForOutput(#""map":"flood","record":null"#, limit: .seconds(60))
        }
    }
}
