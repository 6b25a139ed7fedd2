public import Datapath
public import LinuxSystem

/// Where a user's program is, as every document says it: `interface`, `netns`, `cgroup`, `socket` and
/// `hook`.
///
/// An entry encodes it into its own object, beside its other keys.
public struct ProgramPlace: Encodable, Sendable {
    @ExplicitNull var interface: String?
    @ExplicitNull var netns: String?
    @ExplicitNull var cgroup: String?
    @ExplicitNull var socket: SocketDocument?
    let hook: String

    /// The place of a program.
    ///
    /// - Parameters:
    ///   - location: The interface or cgroup; nil for a socket and for the kernel's own hooks.
    ///   - socket: The socket, of a socket filter.
    ///   - hook: The hook, by the name of its section.
    public init(_ location: Location?, socket: ProcessSocket?, hook: String) {
        interface = location?.interface
        netns = location?.netns
        cgroup = location?.cgroup
        self.socket = socket.map(SocketDocument.init)
        self.hook = hook
    }

    /// The place of a program that is attached.
    init(_ found: ProgramAttachment) {
        self.init(found.location, socket: found.record.socket, hook: found.record.hook)
    }
}
