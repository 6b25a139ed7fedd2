import BPFObjects
import Foundation
import TestSupport
import Testing

/// The types that clang gave the BPF object, as bpftool prints them.
struct BTF {
    /// A struct: its size and where its fields begin, in bytes.
    struct Struct: Equatable {
        var size: Int
        var offsets: [String: Int] = [:]
    }

    private(set) var structs: [String: Struct] = [:]

    /// What any of the objects has; a struct that two have is the same in both.
    static let object = Result {
        let objects = [
            BPFObjects.xdp, BPFObjects.tc, BPFObjects.cgroupSkb, BPFObjects.cgroupDevice,
            BPFObjects.socketContext, BPFObjects.socketState, BPFObjects.socketScan,
            BPFObjects.socketHistory, BPFObjects.socketAccept, BPFObjects.socketUse,
            BPFObjects.traceExec, BPFObjects.traceState,
        ]
        return try objects.map(BTF.init(dumping:)).reduce(into: BTF()) { all, one in
            try all.merge(one)
        }
    }

    private struct Difference: Error {
        let structs: [Struct]
    }

    private init() {}

    private mutating func merge(_ other: BTF) throws {
        try structs.merge(other.structs.filter { $0.key != "(anon)" }) { first, second in
            guard first == second else { throw Difference(structs: [first, second]) }
            return first
        }
    }

    private init(dumping object: EmbeddedObject) throws {
        let directory = try TemporaryDirectory()
        let file = directory.appending("object.o")
        try Data(object.image()).write(to: URL(fileURLWithPath: file))
        try self.init(
            text: runChecked(["bpftool", "btf", "dump", "file", file, "format", "raw"]))
    }

    /// Reads lines such as these:
    ///
    ///     [7] STRUCT 'netctl_counter' size=16 vlen=2
    ///     \t'packets' type_id=8 bits_offset=0
    init(text: String) throws {
        var current: String?
        for line in text.split(separator: "\n") {
            let quoted = line.split(separator: "'", omittingEmptySubsequences: false)
            let name = quoted.count > 2 ? String(quoted[1]) : ""
            if line.first == "[" {
                current = line.contains("] STRUCT ") ? name : nil
                guard let current else { continue }
                structs[current] = Struct(size: try Self.number("size", in: line))
            } else if let current {
                structs[current]?.offsets[name] = try Self.number("bits_offset", in: line) / 8
            }
        }
    }

    private static func number(_ key: String, in line: Substring) throws -> Int {
        let field = try #require(line.split(separator: " ").first { $0.hasPrefix(key + "=") })
        return try #require(Int(field.dropFirst(key.count + 1)))
    }
}
