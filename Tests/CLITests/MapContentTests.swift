import TestSupport
import Testing

/// `map dump`, `get`, `set` and `delete` of maps whose keys or values carry no type information, or mean
/// more than their bits.
@Suite("Contents of maps", .requiresRoot)
struct MapContentTests {
    /// Makes a map that bpftool can make, and answers its pin.
    private static func make(
        _ name: String, _ type: String, key: Int = 4, value: Int = 4, _ more: [String] = []
    ) throws -> String {
        let pin = "/sys/fs/bpf/\(name)"
        try runChecked(
            [
                "bpftool", "map", "create", pin, "type", type, "key", "\(key)", "value",
                "\(value)", "entries", "4", "name", name,
            ] + more)
        return pin
    }

    @Test("maps of maps take a map by name, id or pin, and tell its id")
    func mapsOfMaps() async throws {
        try await withSandbox {
            let inner = try Self.make("content_inner", "array")
            let shown = try expectSuccess(["map", "show", inner, "-o", "json"])
            let id = try #require(
                try JSONValue(parsing: shown.stdout)["maps"]?.elements?.first?["id"]?.integer)
            let array = try Self.make(
                "content_array", "array_of_maps", ["inner_map", "pinned", inner])
            let hash = try Self.make(
                "content_hash", "hash_of_maps", ["inner_map", "pinned", inner])
            for (map, key) in [(array, "1"), (hash, "0x01000000")] {
                try expectSuccess(["map", "set", map, "1", inner])
                let dump = try expectSuccess(["map", "dump", map])
                #expect(dump.stdout == "\(key): \(id)\n", "\(dump)")
                try expectSuccess(["map", "set", map, "1", "\(id)"])
                try expectSuccess(["map", "delete", map, "1"])
                try expectRefusal(["map", "set", map, "1", "no_such_map"], status: 1, "find map")
            }
            // What is full is full, and no index is wrong.
            for key in 0..<4 { try expectSuccess(["map", "set", hash, "\(key)", inner]) }
            let full = try run([Netctl.path, "map", "set", hash, "9", inner])
            #expect(full.status == 1 && !full.stderr.contains("index"), "\(full)")
        }
    }

    @Test("indices and interfaces are numbers; what cannot be listed is called what it is")
    func indices() async throws {
        try await withSandbox {
            let devices = try Self.make("content_dev", "devmap")
            try expectSuccess(["map", "set", devices, "3", "1"])
            #expect(try expectSuccess(["map", "dump", devices]).stdout == "3: 1\n")
            let cpus = try Self.make("content_cpu", "cpumap")
            #expect(try expectSuccess(["map", "dump", cpus]).stdout == "")
            let queue = try Self.make("content_queue", "queue", key: 0)
            try expectRefusal(["map", "dump", queue], status: 1, "it is a queue")
        }
    }

    @Test("a key of 32 bits in network order is an address", .requiresClang)
    func addresses() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                struct {
                    __uint(type, BPF_MAP_TYPE_HASH);
                    __uint(max_entries, 4);
                    __type(key, __be32);
                    __type(value, __be32);
                } content_addresses SEC(".maps");
                SEC("raw_tp/sched_process_exec") int look(void *ctx)
                {
                    __be32 key = 0;
                    return bpf_map_lookup_elem(&content_addresses, &key) ? 1 : 0;
                }
                """, to: "addresses.bpf.c")
            try expectSuccess(["attach", "--program", source, "--pin-maps"])
            let map = "/sys/fs/bpf/netctl/program-kernel-look/map-content_addresses"
            try expectSuccess(["map", "set", map, "192.0.2.1", "7"])
            #expect(try expectSuccess(["map", "dump", map]).stdout == "192.0.2.1: 7\n")
            try expectSuccess(["detach", "--all"])
        }
    }
}
