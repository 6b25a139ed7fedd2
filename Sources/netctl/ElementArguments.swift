import ArgumentParser
import Programs

/// Which element of which map a command is about.
struct ElementArguments: ParsableArguments {
    @Argument(help: "Its id, name or pin.")
    var map: String

    @Argument(help: "The key.")
    var key: String

    /// The map.
    var contents: MapContents {
        get throws { try MapContents(Reference(map)) }
    }

    /// The error of a map that has no such element.
    func isMissing(_ attempt: String) -> ProgramsError {
        ProgramsError(attempt, "\(map) \(key)", "there is no such element")
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
        (map, key) = (element.map, element.key)
        (self.set, self.deleted) = (set, deleted)
    }
}
