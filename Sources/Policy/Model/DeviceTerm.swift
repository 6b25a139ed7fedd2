/// Devices and access to them, as cgroup version 1 wrote it: `c 1:3 rwm`.
public struct DeviceTerm: Hashable, Sendable, CustomStringConvertible {
    /// Kinds of device nodes.
    public struct Kinds: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// A set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Block devices: disks.
        public static let block = Kinds(rawValue: 1 << 0)
        /// Character devices: terminals, /dev/null.
        public static let character = Kinds(rawValue: 1 << 1)
        /// Both.
        public static let all: Kinds = [.block, .character]

        /// `a`, `b` or `c`.
        public var letter: String { self == .all ? "a" : self == .block ? "b" : "c" }
    }

    /// What is done with a node.
    public struct Access: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// A set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `m`: making it.
        public static let make = Access(rawValue: 1 << 0)
        /// `r`: opening it to read.
        public static let read = Access(rawValue: 1 << 1)
        /// `w`: opening it to write.
        public static let write = Access(rawValue: 1 << 2)
        /// All of it.
        public static let all: Access = [.make, .read, .write]

        /// `rwm`, without what it lacks.
        public var letters: String {
            let letters = [(Access.read, "r"), (.write, "w"), (.make, "m")]
            return letters.filter { contains($0.0) }.map(\.1).joined()
        }
    }

    /// Which kinds.
    public let kinds: Kinds
    /// The major number; nil for any.
    public let major: UInt32?
    /// The minor number; nil for any.
    public let minor: UInt32?
    /// What access; never empty.
    public let access: Access

    /// The largest numbers that Linux gives (`MINORBITS` is 20).
    public static let largestMajor: UInt32 = 1 << 12 - 1
    /// See ``largestMajor``.
    public static let largestMinor: UInt32 = 1 << 20 - 1

    /// Makes a term.
    public init(kinds: Kinds, major: UInt32?, minor: UInt32?, access: Access) {
        self.kinds = kinds
        self.major = major
        self.minor = minor
        self.access = access
    }

    /// `c 1:3 rwm`, `a *:* rwm`.
    public var description: String {
        let numbers = [major, minor].map { $0.map(String.init) ?? "*" }.joined(separator: ":")
        return "\(kinds.letter) \(numbers) \(access.letters)"
    }
}
