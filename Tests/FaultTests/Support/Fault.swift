import CTestSupport
import SystemPackage

/// A kind of calls to the kernel that can fail on demand.
enum Fault: String, CaseIterable, Sendable {
    case bpf = "bpf()"
    case netlink = "netlink request"

    /// What the kernel may answer.
    var errors: [Errno] {
        switch self {
        case .bpf: [.noMemory, .noSpace, .notPermitted, .argListTooLong, .interrupted]
        case .netlink: [.resourceBusy, .notPermitted, .operationNotSupportedByDevice]
        }
    }

    private var kind: netctl_fault {
        switch self {
        case .bpf: NETCTL_FAULT_BPF
        case .netlink: NETCTL_FAULT_NETLINK
        }
    }

    /// The calls of a body.
    struct Calls {
        /// How many there are.
        let count: Int
        /// Those that are the first at their place in the program, counted from 1.
        let firstAtPlaces: [Int]
    }

    /// Counts the calls of each kind that a body makes on this thread.
    static func count(_ body: () throws -> Void) rethrows -> [Fault: Calls] {
        let room = 1 << 14
        let places = allCases.map { fault in
            let places = UnsafeMutablePointer<UInt64>.allocate(capacity: room)
            netctl_fail(fault.kind, 0, 0)
            netctl_note_places(fault.kind, places, room)
            return places
        }
        defer {
            for (fault, places) in zip(allCases, places) {
                netctl_note_places(fault.kind, nil, 0)
                places.deallocate()
            }
        }
        try body()
        return Dictionary(
            uniqueKeysWithValues: zip(allCases, places).map { fault, places in
                let count = netctl_calls(fault.kind)
                precondition(count <= room, "\(count) calls are more than there is room for")
                var known: Set<UInt64> = []
                let first = (0..<count).filter { known.insert(places[$0]).inserted }.map { $0 + 1 }
                return (fault, Calls(count: count, firstAtPlaces: first))
            })
    }

    /// Has a call fail in a body.
    ///
    /// - Parameters:
    ///   - nth: Which one.
    ///   - error: What it is answered with.
    ///   - body: What makes the calls, on this thread.
    /// - Returns: Whether it says that all was done.
    func inject(_ nth: Int, _ error: Errno, _ body: () throws -> Void) -> Bool {
        netctl_fail(kind, nth, error.rawValue)
        defer { _ = netctl_calls(kind) }
        do {
            try body()
            return true
        } catch {
            return false
        }
    }
}
