import ArgumentParser
import Programs

/// The map of the kernel, anybody's, that a command is about.
struct KernelMap: ParsableArguments {
    @Argument(help: "Its id, name or pin.")
    var map: String

    /// The map.
    var reference: Reference { Reference(map) }
}

/// The program of the kernel, anybody's, that a command is about.
struct KernelProgram: ParsableArguments {
    @Argument(help: "Its id, name or pin.")
    var program: String

    /// The program.
    var reference: Reference { Reference(program) }
}

/// Which element of which map a command is about.
struct ElementArguments: ParsableArguments {
    @OptionGroup var map: KernelMap

    @Argument(help: "The key.")
    var key: String

    /// The map.
    var contents: MapContents {
        get throws { try MapContents(map.reference) }
    }

    /// The error of a map that has no such element.
    func isMissing(_ attempt: String) -> ProgramsError {
        ProgramsError(attempt, "\(map.map) \(key)", "there is no such element")
    }
}

/// What was done with an element, in JSON.
struct ElementDocument: Encodable {
    private let version = 1
    private let map: String
    private let key: String
    private let set: Bool?
    private let deleted: Bool?

    init(_ element: ElementArguments, set: Bool? = nil, deleted: Bool? = nil) {
        (map, key) = (element.map.map, element.key)
        (self.set, self.deleted) = (set, deleted)
    }
}
