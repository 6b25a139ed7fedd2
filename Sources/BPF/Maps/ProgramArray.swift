internal import LinuxSystem
internal import SystemPackage

/// Programs that others call by index: `BPF_MAP_TYPE_PROG_ARRAY`, since Linux 4.2.
///
/// The programs of one array must agree in type and in ``ProgramFlags/xdpHasFrags``; the first one
/// sets the standard. When the last descriptor and pin of the array are gone, the kernel clears it,
/// even if a program that uses it still runs: keep it pinned.
public struct ProgramArray: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map

    /// Takes over a program array.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType`.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: [.programArray], subject: map.subject)
        self.map = map
    }

    /// How many programs it can hold.
    public var count: UInt32 { map.info.maxEntries }

    /// Puts a program in force; a packet sees the old one or the new one.
    ///
    /// - Parameters:
    ///   - index: In `0..<count`, in host byte order.
    ///   - program: A program that fits the array.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`: `EINVAL` for a program that
    ///   does not fit the array.
    public borrowing func set(_ index: UInt32, _ program: borrowing Program) throws(BPFError) {
        try map.require(index: index, "write program array")
        do {
            try map.update(index, program.descriptor.rawValue)
        } catch {
            guard error.errno == .invalidArgument else {
                throw error
            }
            throw .system(
                "write program array", map.subject, .invalidArgument,
                reason: "\(program.subject) differs in type or XDP fragments from the others")
        }
    }

    /// Empties an element: a tail call to it falls through. An empty one stays so.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func clear(_ index: UInt32) throws(BPFError) {
        try map.require(index: index, "clear program array")
        try map.delete(index)
    }

    /// The program in force.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Returns: The program's id; `nil` for an empty element.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func programID(at index: UInt32) throws(BPFError) -> UInt32? {
        try map.require(index: index, "read program array")
        return try map.lookup(index)
    }
}
