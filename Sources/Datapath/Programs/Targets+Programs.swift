internal import BPF
internal import Policy

/// A user's program, and where a policy wants it.
public struct ProgramWant: Sendable {
    let user: UserProgram
    let target: ProgramTarget

    /// The name of the interface; nil on a cgroup, a socket or in the kernel.
    public var interface: String? { target.location?.interface }
}

extension Targets {
    /// Only programs, which are known already.
    init(programs: [ProgramWant]) {
        self.init([])
        self.programs = programs
    }

    /// Adds the program of an entry.
    ///
    /// - Parameters:
    ///   - entry: The entry; without a program nothing is added.
    ///   - place: Says whether the program fits its place, and gives what finds the place.
    /// - Throws: ``DatapathError`` with the entry's line when the program does not fit.
    mutating func addProgram(
        _ entry: AttachEntry,
        _ place: (UserProgram, Hook?) throws -> () throws -> ProgramTarget
    ) throws {
        guard let use = entry.program else { return }
        let user: UserProgram
        let find: () throws -> ProgramTarget
        do {
            user = try UserProgram(use, objects)
            find = try place(user, use.hook)
        } catch {
            throw DatapathError(at: use.location, DatapathError(error))
        }
        guard let target = try unlessMissing(entry, find) else { return }
        // An exact name beats a pattern; of two patterns the first one wins.
        guard !programs.contains(where: { $0.target.point.pinName == target.point.pinName })
        else { return }
        programs.append(ProgramWant(user: user, target: target))
    }
}

extension UserProgram {
    /// The program that an attach entry asks for.
    fileprivate init(
        _ use: ProgramUse, _ objects: [String: [UInt8]]
    ) throws(DatapathError) {
        guard let image = objects[use.file] else {
            throw DatapathError("attach program", use.file, "it was not read")
        }
        var options = Options()
        options.name = use.name
        options.globals = use.globals.map { ($0.name, BTFLiteral($0.value)) }
        options.pinsMaps = use.pinsMaps
        try self.init(image: image, file: use.file, hook: use.hook, options)
    }
}

extension BTFLiteral {
    fileprivate init(_ value: ProgramUse.Value) {
        switch value {
        case .word(let text): self = .word(text)
        case .list(let elements): self = .list(elements.map(Self.init))
        case .fields(let members):
            self = .fields(
                Dictionary(members.map { ($0.name, Self($0.value)) }) { first, _ in first })
        }
    }
}
