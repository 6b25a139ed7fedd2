/// What a process asks of one device node: `c 1:3 rw`.
public struct DeviceRequest: Hashable, Sendable, CustomStringConvertible {
    /// What kind of node it is.
    public enum Kind: Hashable, Sendable {
        /// A disk.
        case block
        /// A terminal, /dev/null.
        case character
    }

    /// What kind of node it is.
    public let kind: Kind
    /// The major number.
    public let major: UInt32
    /// The minor number.
    public let minor: UInt32
    /// What is asked for; never empty. Linux asks for `m` alone when a node is made, and for `r`, `w`
    /// or both when it is opened.
    public let access: DeviceTerm.Access

    /// Makes a request.
    public init(kind: Kind, major: UInt32, minor: UInt32, access: DeviceTerm.Access) {
        self.kind = kind
        self.major = major
        self.minor = minor
        self.access = access
    }

    /// The request for what a term means; nil when it means more than one device.
    init?(_ term: DeviceTerm) {
        guard let major = term.major, let minor = term.minor, term.kinds != .all else { return nil }
        self.init(
            kind: term.kinds == .block ? .block : .character, major: major, minor: minor,
            access: term.access)
    }

    /// The same as a device rule would write it.
    public var term: DeviceTerm {
        DeviceTerm(
            kinds: kind == .block ? .block : .character, major: major, minor: minor,
            access: access)
    }

    /// `c 1:3 rw`.
    public var description: String { term.description }
}
