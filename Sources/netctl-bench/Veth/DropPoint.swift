import BPF

/// A place where a list of sources can be dropped.
protocol DropPoint {
    /// A row of the table.
    var name: String { get }
    /// The command that must be on the path, when it is a peer's.
    var requires: String? { get }
    /// The longest list that it takes; 0 when it takes none and drops everything.
    var largest: Int { get }
    /// Whether all interfaces share a list.
    var hasOneList: Bool { get }
    /// Whether it takes addresses alone, of each prefix the first.
    var isExact: Bool { get }

    /// Puts it in force on an interface.
    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed
}

/// A drop point that is in force.
struct Installed {
    /// What keeps it there.
    var holds: AnyObject?
    /// How many packets it has counted as dropped; nil when it does not count.
    let dropped: () throws -> UInt64?
}

extension DropPoint {
    var requires: String? { nil }
    var hasOneList: Bool { false }
    var isExact: Bool { false }
}

enum DropPoints {
    /// The row that all others are compared with.
    static let reference = "XDP native, netctl"

    /// Floors first, then netctl, then the peers.
    static func all(netctl: String) -> [any DropPoint] {
        [
            EmptyProgram(.xdp(.native)), EmptyProgram(.xdp(.generic)), EmptyProgram(.tcx),
            NetctlPoint(reference, ["--mode", "xdpdrv"], netctl),
            NetctlPoint("XDP generic, netctl", ["--mode", "xdpgeneric"], netctl),
            NetctlPoint("TCX, netctl", ["--hook", "tc-ingress", "--tc", "tcx"], netctl),
            NetctlPoint("clsact, netctl", ["--hook", "tc-ingress", "--tc", "clsact"], netctl),
            XDPFilter(), NFTables(.netdev), NFTables(.raw), IPTables(),
        ]
    }
}
