public import BPF
internal import LinuxSystem
internal import SystemPackage

/// A program, map or link as a person names it: by id, by name, or by the path of its pin.
public struct Reference: Sendable {
    private enum Kind {
        case id(UInt32)
        case pin(FilePath)
        case name(String)
    }

    /// As it was typed.
    public let text: String
    private let kind: Kind

    /// Reads a reference: digits are an id, what holds a slash is a path, all else is a name.
    public init(_ text: String) {
        self.text = text
        if let id = UInt32(text) {
            kind = .id(id)
        } else if text.contains("/") {
            kind = .pin(FilePath(text))
        } else {
            kind = .name(text)
        }
    }

    /// Opens the program.
    ///
    /// - Throws: `BPFError`; ``ProgramsError`` when the name is nobody's, or several programs'.
    public func program() throws -> Program {
        switch kind {
        case .id(let id): return try Program(id: id)
        case .pin(let path): return try Program(pinned: path)
        case .name(let name):
            let id = try Self.only("program", name, Self.programs(named: name))
            return try Program(id: id)
        }
    }

    /// Opens the map.
    ///
    /// - Throws: As ``program()``.
    public func map() throws -> Map {
        switch kind {
        case .id(let id): return try Map(id: id)
        case .pin(let path): return try Map(pinned: path)
        case .name(let name):
            let id = try Self.only("map", name, Self.maps(named: name))
            return try Map(id: id)
        }
    }

    /// The kernel keeps 15 bytes of a name.
    private static func names(_ kept: String, _ typed: String) -> Bool {
        kept == typed || (typed.utf8.count > 15 && typed.utf8.prefix(15).elementsEqual(kept.utf8))
    }

    /// The programs of a name.
    private static func programs(named name: String) throws(BPFError) -> [UInt32] {
        var found: [UInt32] = []
        for id in try Program.ids() {
            guard let program = try? Program(id: id), let kept = try? program.info.name else {
                continue  // Gone between the two calls.
            }
            let whole = program.functionName
            if names(kept, name) || whole == name { found.append(id) }
        }
        return found
    }

    /// The maps of a name.
    private static func maps(named name: String) throws(BPFError) -> [UInt32] {
        try Map.ids().filter { id in
            guard let map = try? Map(id: id) else { return false }
            return names(map.info.name, name)
        }
    }

    private static func only(
        _ what: String, _ name: String, _ found: [UInt32]
    ) throws(ProgramsError) -> UInt32 {
        guard let first = found.first else {
            throw ProgramsError(
                "find \(what)", name, "there is none of this name",
                hint: "'netctl \(what == "program" ? "prog" : what) list' shows all")
        }
        guard found.count == 1 else {
            throw ProgramsError(
                "find \(what)", name, "\(found.count) have this name",
                hint: "name one by its id: \(found.map(String.init).joined(separator: ", "))")
        }
        return first
    }
}
