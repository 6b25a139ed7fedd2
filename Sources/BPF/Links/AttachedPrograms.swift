internal import CBPFShims
public import LinuxSystem
internal import SystemPackage

/// How the programs of a cgroup's hook get along with others, `BPF_F_ALLOW_*`.
public struct AttachFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Makes a set from the kernel's bits.
    ///
    /// - Parameter rawValue: `BPF_F_ALLOW_*`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_F_ALLOW_OVERRIDE`: a cgroup below may replace the program for itself.
    public static let allowOverride = AttachFlags(rawValue: 1 << 0)
    /// `BPF_F_ALLOW_MULTI`: further programs may be attached; all run.
    public static let allowMulti = AttachFlags(rawValue: 1 << 1)
}

/// The programs on one hook, in the order in which they run.
public struct AttachedPrograms: Hashable, Sendable {
    /// One of them.
    public struct Entry: Hashable, Sendable {
        /// The program's number.
        public let programID: UInt32
        /// The link that holds it; `nil` if there is none or, on cgroups, because the kernel does
        /// not tell.
        public let linkID: UInt32?
    }

    /// The programs, first to run first.
    public let entries: [Entry]
    /// How they get along with others; empty on TCX, for an effective query and without programs.
    public let flags: AttachFlags
    /// A TCX hook's count of changes, to attach only if there was none since; `nil` on cgroups.
    public let revision: UInt64?

    /// The programs' numbers, first to run first.
    public var programIDs: [UInt32] { entries.map(\.programID) }

    /// Asks for the programs on a TCX hook of an interface, whoever attached them. Those of a clsact
    /// qdisc are not among them.
    ///
    /// The corresponding system call is `bpf(BPF_PROG_QUERY)`, for TCX since Linux 6.6. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// - Parameters:
    ///   - interfaceIndex: An interface of the calling thread's network namespace.
    ///   - direction: Which of its two hooks.
    /// - Throws: ``BPFError`` with `.system`: `ENODEV` if there is no such interface, `EINVAL`
    ///   before Linux 6.6.
    public init(interfaceIndex: Int32, direction: TCXDirection) throws(BPFError) {
        let subject = "\(direction) of interface \(interfaceIndex)"
        let answer = try AttachedPrograms.query(
            target: UInt32(bitPattern: interfaceIndex), type: direction.attachType,
            withLinks: true, subject)
        entries = answer.entries
        flags = []
        revision = answer.query.revision
    }

    /// Asks for the programs on a cgroup's hook, whoever attached them.
    ///
    /// The corresponding system call is `bpf(BPF_PROG_QUERY)`, for cgroups since Linux 4.15. Needs
    /// `CAP_NET_ADMIN`.
    ///
    /// - Parameters:
    ///   - cgroup: The directory of a cgroup of version 2, open.
    ///   - type: The hook.
    ///   - effective: Whether to ask for all that run for the cgroup's processes, those of the
    ///     cgroups above included (`BPF_F_QUERY_EFFECTIVE`), instead of those attached to it.
    /// - Throws: ``BPFError`` with `.system`, `EBADF` if `cgroup` is no cgroup of version 2.
    public init(
        cgroup: borrowing OwnedDescriptor, type: AttachType, effective: Bool = false
    ) throws(BPFError) {
        let answer = try AttachedPrograms.query(
            target: UInt32(bitPattern: cgroup.rawValue), type: type, effective: effective,
            withLinks: false, "\(type)")
        entries = answer.entries
        flags = AttachFlags(rawValue: answer.query.attach_flags)
        revision = nil
    }

    private static func query(
        target: UInt32, type: AttachType, effective: Bool = false, withLinks: Bool,
        _ subject: String
    ) throws(BPFError) -> (entries: [Entry], query: bpf_shim_query) {
        // The kernel's limit for one interface or cgroup; an effective query may answer more.
        var capacity = 64
        while true {
            var programs = [UInt32](repeating: 0, count: capacity)
            var links = programs
            var query = bpf_shim_query()
            query.target = target
            query.attach_type = type.rawValue
            query.query_flags = effective ? 1 : 0  // BPF_F_QUERY_EFFECTIVE
            query.count = UInt32(capacity)
            let result = programs.withUnsafeMutableBufferPointer { programs in
                links.withUnsafeMutableBufferPointer { links in
                    query.program_ids = programs.baseAddress
                    query.link_ids = withLinks ? links.baseAddress : nil
                    return bpf_shim_query(&query)
                }
            }
            let errno = Errno(rawValue: -result)
            let count = Int(query.count)
            // The first kernels with TCX say so of a hook that nobody has used yet.
            if errno == .noSuchFileOrDirectory { return ([], bpf_shim_query()) }
            if errno == .noSpace, count > capacity {
                capacity = count
                continue
            }
            guard result == 0 else {
                throw .system("list programs on", subject, errno, reason: explain(errno, type))
            }
            let entries = zip(programs, links).prefix(count).map { program, link in
                Entry(programID: program, linkID: link == 0 ? nil : link)
            }
            return (entries, query)
        }
    }

    private static func explain(_ errno: Errno, _ type: AttachType) -> String? {
        switch errno {
        case .operationNotSupportedByDevice:
            "there is no such interface in this network namespace"
        case .badFileDescriptor:
            "the descriptor is of no cgroup of version 2"
        case .invalidArgument where type == .tcxIngress || type == .tcxEgress:
            "this kernel has no TCX, which came with Linux 6.6"
        default: nil
        }
    }
}
