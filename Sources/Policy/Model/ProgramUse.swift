/// A program that a user brings, as an attach entry asks for it.
public struct ProgramUse: Equatable, Sendable {
    /// The object or C source, as it was written: relative to the policy file.
    public var path: String
    /// The hook, where the program's section leaves it open.
    public var hook: Hook?
    /// The program's name in C; nil for the only one that fits.
    public var name: String?
    /// First values of global variables, in their order.
    public var globals: [Global]
    /// Whether its maps outlive a replacement.
    public var pinsMaps: Bool
    /// The file, relative to what the policy file's own path is relative to.
    @NotCompared public var file: String
    /// Where the path stands.
    @NotCompared public var location: SourceLocation

    /// A use.
    public init(
        _ path: String, hook: Hook? = nil, name: String? = nil, globals: [Global] = [],
        pinsMaps: Bool = false, file: String? = nil, location: SourceLocation = .none
    ) {
        self.path = path
        self.hook = hook
        self.name = name
        self.globals = globals
        self.pinsMaps = pinsMaps
        self.file = file ?? path
        self.location = location
    }

    /// The first value of a global variable.
    public struct Global: Equatable, Sendable {
        /// The variable's name in C.
        public var name: String
        /// The value; its type is the variable's.
        public var value: Value

        /// A first value.
        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A value as it is written, before its type is known.
    public indirect enum Value: Equatable, Sendable {
        /// A number, a name, an address, a text.
        case word(String)
        /// The elements of an array.
        case list([Value])
        /// The members of a structure, in their order.
        case fields([Global])
    }
}
