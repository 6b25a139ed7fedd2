/// A type, as BTF describes it. Other types are named by their ids; id 0 is `void`.
public enum BTFType: Hashable, Sendable {
    /// No value.
    case void
    /// An integer, a boolean or a character.
    case integer(BTFInteger)
    /// A pointer.
    case pointer(to: UInt32)
    /// An array with a number of elements, 0 for a flexible one.
    case array(of: UInt32, count: UInt32)
    /// A structure or a union.
    case composite(BTFComposite)
    /// An enumeration, of 32 or 64 bits.
    case enumeration(BTFEnumeration)
    /// A structure or union of which no more than the name is known.
    case forward(name: String, isUnion: Bool)
    /// Another name for a type.
    case typedef(name: String, of: UInt32)
    /// `const`, `volatile` or `restrict`.
    case modifier(BTFKind, of: UInt32)
    /// A function.
    case function(name: String, prototype: UInt32)
    /// What a function takes and returns.
    case prototype(BTFPrototype)
    /// A global variable.
    case variable(name: String, type: UInt32)
    /// A data section, with its variables.
    case section(name: String, variables: [BTFSectionVariable])
    /// A number with a floating point.
    case float(name: String, bytes: Int)
    /// A word on a declaration; on the member or parameter with index `component`, or on all of it.
    case declarationTag(String, on: UInt32, component: Int?)
    /// A word on a type: `rcu`, `user`, `percpu`.
    case typeTag(String, of: UInt32)
}

/// An integer type.
public struct BTFInteger: Hashable, Sendable {
    /// `unsigned int`.
    public let name: String
    /// How many bytes it takes.
    public let bytes: Int
    /// How many bits of them are its value; fewer than `8 * bytes` in old bit fields only.
    public let bits: Int
    /// Where these bits begin.
    public let bitOffset: Int
    /// Whether it has a sign.
    public let isSigned: Bool
    /// Whether it is a character.
    public let isCharacter: Bool
    /// Whether it is a boolean.
    public let isBoolean: Bool
}

/// A structure or a union.
public struct BTFComposite: Hashable, Sendable {
    /// The name without `struct`; empty for an anonymous one.
    public let name: String
    /// Whether its members lie over each other.
    public let isUnion: Bool
    /// How many bytes it has.
    public let bytes: Int
    /// The members, in the order of their declaration.
    public let members: [Member]

    /// A member of a structure or union.
    public struct Member: Hashable, Sendable {
        /// The name; empty for an anonymous structure or union, whose members belong to the outer one.
        public let name: String
        /// Its type.
        public let type: UInt32
        /// Where it begins.
        public let bitOffset: Int
        /// How many bits a bit field has; `nil` for what is none.
        public let bitFieldSize: Int?
    }
}

/// An enumeration.
public struct BTFEnumeration: Hashable, Sendable {
    /// The name without `enum`; empty for an anonymous one.
    public let name: String
    /// How many bytes a value has.
    public let bytes: Int
    /// Whether values have a sign.
    public let isSigned: Bool
    /// The names of values, in the order of their declaration.
    public let values: [Value]

    /// A name of a value.
    public struct Value: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value; of an unsigned one of 64 bits the same bits.
        public let value: Int64
    }
}

/// What a function takes and returns.
public struct BTFPrototype: Hashable, Sendable {
    /// The type of what it returns.
    public let returns: UInt32
    /// What it takes, without the ellipsis.
    public let parameters: [Parameter]
    /// Whether it takes more (`...`).
    public let isVariadic: Bool

    /// A parameter of a function.
    public struct Parameter: Hashable, Sendable {
        /// The name; empty in a prototype without a function.
        public let name: String
        /// Its type.
        public let type: UInt32
    }
}

/// Where in its section a variable is.
public struct BTFSectionVariable: Hashable, Sendable {
    /// The variable.
    public let variable: UInt32
    /// Where it begins.
    public let offset: Int
    /// How many bytes it has.
    public let bytes: Int
}
