import ArgumentParser
import BPF
import Foundation
import Programs

struct MapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract:
            "Look at BPF maps, anybody's, and change them: list, show, dump, get, set, delete.",
        discussion: """
            A map is named by its id, by its name, or by the path of its pin.

            Keys and values are shown and read by the type information that the map carries: numbers, \
            names of enumerations, addresses, '{"member": value}' for structures, '[1, 2]' for arrays. \
            Without it, bytes are written 0x0a000001.

            Examples:
              netctl map list
              netctl map dump counts -o json
              netctl map get blocked 192.0.2.1
              netctl map set config 0 '{"limit": 100, "mode": "MODE_STRICT"}'
              netctl map delete blocked 192.0.2.1
            """,
        subcommands: [
            List.self, Show.self, Dump.self, Get.self, Set.self, Delete.self,
        ])

    /// Everything about several maps.
    struct Document: Encodable {
        let version = 1
        let maps: [MapReport]
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List all maps of the kernel.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let all = try MapReport.read(nil)
                try global.write(
                    Document(maps: all),
                    text: Terminal.showsResults ? table(all) : all.map(\.fact))
            }
        }

        private func table(_ maps: [MapReport]) -> [String] {
            var table = TextTable([
                "ID", "TYPE", "NAME", "KEY", "VALUE", "MAX ENTRIES", "MEMORY", "PROGRAMS",
            ])
            for map in maps {
                table.add([
                    "\(map.id)", map.type, map.name, map.keyType ?? "\(map.keyBytes)",
                    map.valueType ?? "\(map.valueBytes)", "\(map.maxEntries)",
                    map.memoryBytes.map(String.init) ?? "-", map.programIDs.listed,
                ])
            }
            return table.lines()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one map.")

        @OptionGroup var map: KernelMap
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let found = try MapReport.read(map.reference)
                try global.write(Document(maps: found), text: found.map(\.fact))
            }
        }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dump",
            abstract: "Show every element of a map.",
            discussion: """
                -o json prints an array of {"key":…,"value":…}; the value of a per-CPU map has total \
                and per_cpu. Elements that come or go meanwhile may be missed or shown twice.
                """)

        @OptionGroup var map: KernelMap
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let contents = try MapContents(map.reference)
                guard global.output == .json else {
                    try contents.forEach { try Terminal.result("\($0)") }
                    return
                }
                // Element by element: a map may hold millions.
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                var line = "["
                try contents.forEach { element in
                    let text = String(decoding: try encoder.encode(element), as: UTF8.self)
                    try Terminal.passOnResult(line + text)
                    line = ","
                }
                try Terminal.result(line == "[" ? "[]" : "]")
            }
        }
    }

    struct Get: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Show one element of a map; exit 1 if there is none.")

        @OptionGroup var element: ElementArguments

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                guard let found = try element.contents.element(for: element.key) else {
                    throw element.isMissing("get")
                }
                try global.write(found, text: ["\(found)"])
            }
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Create or replace an element of a map.",
            discussion: """
                Members that are left out become zero. In a per-CPU map every CPU gets the value, or \
                each its own: '{"per_cpu": [1, 2]}'. Maps of maps take the id, name or pin of a map, arrays \
                of programs that of a program. Maps of netctl's own are better left to netctl.

                Examples:
                  netctl map set config 0 '{"limit": 100, "mode": "MODE_STRICT"}'
                  netctl map set blocked 192.0.2.1 1
                  netctl map set outer 0 inner
                """)

        @OptionGroup var element: ElementArguments

        @Argument(help: "The value.")
        var value: String

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                try element.contents.set(element.key, to: value)
                try global.write(ElementDocument(element, set: true), text: [])
            }
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete an element of a map; exit 1 if there is none.")

        @OptionGroup var element: ElementArguments

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                guard try element.contents.delete(element.key) else {
                    throw element.isMissing("delete")
                }
                try global.write(ElementDocument(element, deleted: true), text: [])
            }
        }
    }
}

extension MapReport {
    /// On one line.
    var fact: String {
        "map \(id) type \(type) name \(name) key \(keyBytes) value \(valueBytes) "
            + "entries \(maxEntries) flags 0x\(String(flags, radix: 16)) "
            + "memory \(memoryBytes.map(String.init) ?? "-")\(isFrozen ? " frozen" : "") "
            + "programs \(programIDs.listed)"
            + (keyType.map { " key_type '\($0)'" } ?? "")
            + (valueType.map { " value_type '\($0)'" } ?? "")
    }
}
