internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// A user's program in the kernel, with the maps that are to be pinned beside it.
struct LoadedUserProgram: ~Copyable {
    let program: Program
    private let object: LoadedObject
    let maps: [String]
    /// Arrays of programs that are not among them.
    private let arrays: [String]

    init(
        program: consuming Program, object: consuming LoadedObject, maps: [String],
        arrays: [String]
    ) {
        self.program = program
        self.object = object
        self.maps = maps
        self.arrays = arrays
    }

    /// Pins the maps that have no pin there yet.
    func pinMaps(in pins: ProgramPins) throws {
        let present = Set(try pins.names())
        for name in maps where !present.contains("map-\(name)") {
            try object.map(name, as: Map.self).pin(at: pins.map(name))
        }
    }

    /// Pins the arrays of programs, one for each program that uses them: the kernel empties an array that
    /// neither a process nor a pin holds, and tail calls would go nowhere.
    func pinArrays(of program: UInt32, in pins: ProgramPins) throws {
        for name in arrays {
            try object.map(name, as: Map.self).pin(at: pins.array(name, of: program))
        }
    }
}

extension UserProgram {
    /// Loads the program; nothing is attached.
    ///
    /// A program array's programs are loaded with it; other programs of the object are not, for what
    /// one needs of the kernel another may do without.
    ///
    /// - Parameters:
    ///   - target: Where it will be attached.
    ///   - pins: Where maps that outlive a replacement are pinned.
    /// - Returns: The program, and its maps.
    /// - Throws: `BPFError`; ``DatapathError``.
    func load(for target: ProgramTarget, _ pins: ProgramPins) throws -> LoadedUserProgram {
        var object = try OpenObject(image: image, name: FilePath(file).objectName)
        let companions =
            object.programArrays.isEmpty
            ? [] : object.programs.map(adopted).filter { $0.type == program.type && $0.isLoaded }
        let loaded = companions.filter { $0.name != program.name } + [program]
        try object.loadOnly(programs: loaded.map(\.name))
        for each in loaded { try object.adopt(each) }
        if let type = target.cgroup?.type {
            try object.setExpectedAttachType(program: program.name, type)
        }
        for (name, value) in options.globals { try object.setGlobal(name, toLiteral: value) }
        var pinned = object.takePinnedMaps()
        if options.pinsMaps { pinned = object.mapNames }
        if let name = pinned.first(where: { !$0.isPinnable }) {
            throw DatapathError("pin map", name, "its name is no identifier of C")
        }
        let reused = Set(options.reusedMaps.map(\.name))
        for (name, path) in options.reusedMaps { try Self.reuse(name, path, in: &object) }
        let present = Set(try pins.names())
        for name in pinned where present.contains("map-\(name)") && !reused.contains(name) {
            try Self.reuseOwn(name, pins.map(name), in: &object)
        }
        let arrays = object.programArrays.filter { !pinned.contains($0) && !reused.contains($0) }
        if let name = arrays.first(where: { !$0.isPinnable }) {
            throw DatapathError("pin map", name, "its name is no identifier of C")
        }
        let inKernel = try object.loadAdvising()
        return LoadedUserProgram(
            program: try inKernel.program(program.name), object: inKernel,
            maps: pinned.filter { !reused.contains($0) }, arrays: arrays)
    }

    /// The map of the program that is there, which goes on counting in the new one.
    private static func reuseOwn(
        _ name: String, _ pin: FilePath, in object: inout OpenObject
    ) throws(BPFError) {
        do {
            try object.reuse(map: name, Map(pinned: pin).descriptor)
        } catch  where error.code == .wrongType || error.code == .layout {
            var advised = error
            advised.hint =
                "the program that is there has it: detach that first, or give the map another name"
            throw advised
        }
    }

    /// Another program of the object as one for the same hook.
    private func adopted(_ other: ObjectProgram) -> ObjectProgram {
        other.adopted(for: hook)
    }

    /// A pin that a user names; a symbolic link might be somebody else's idea of one.
    private static func reuse(
        _ name: String, _ path: String, in object: inout OpenObject
    ) throws {
        guard (try? ProcFile.link(path)) == nil else {
            throw DatapathError(
                "reuse map \(name)", path, "it is a symbolic link", hint: "name the pin itself")
        }
        try object.reuse(map: name, Map(pinned: FilePath(path)).descriptor)
    }
}
