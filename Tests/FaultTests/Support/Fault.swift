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

    /// Counts the calls of each kind that a body makes on this thread.
    static func count(_ body: () throws -> Void) rethrows -> [Fault: Int] {
        for fault in allCases { netctl_fail(fault.kind, 0, 0) }
        try body()
        return Dictionary(uniqueKeysWithValues: allCases.map { ($0, netctl_calls($0.kind)) })
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
