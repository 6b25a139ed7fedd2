internal import BPF
internal import Glibc
internal import LinuxSystem
internal import NetTypes
internal import Netlink
internal import Policy
internal import PolicyCompiler

/// Asks the programs that an apply is about to put in force what they would do to the sessions by which
/// this host is managed.
struct LockOutGuard {
    /// A body that is loaded and not in force yet.
    struct Candidate {
        /// The hook's object.
        let object: HookObject
        /// Where it will judge.
        let point: AttachPoint
        /// What people call that.
        let location: Location
        /// The body, and what is known of it.
        let program: UInt32
        let pins: AttachmentPins
        /// What it means.
        let meaning: ReferenceInterpreter
    }

    private let policy: Name
    private let sessions: [ManagementSession]

    /// - Parameters:
    ///   - policy: The policy to be applied.
    ///   - ports: Where this host is managed.
    init(_ policy: Name, ports: [PortRange]) {
        self.policy = policy
        sessions = ManagementSession.current(ports: ports)
    }

    /// Refuses a body that would not let a session's packets pass.
    ///
    /// - Throws: ``DatapathError``.
    func check(_ candidate: Candidate) throws {
        let hook = candidate.point.hook
        guard hook.hasAddresses else { return }
        let concerned = try sessions.filter { try Self.carries($0, candidate) }
        guard !concerned.isEmpty else { return }
        let record = try PinnedRecord.read(
            BodyRecord.self, at: candidate.pins.record(candidate.program))
        guard let rules = record.policy else { return }
        let body = try DetachedBody.loadIfPermitted(
            rules, onTablesOf: Program(pinned: candidate.pins.body(candidate.program)),
            candidate.object)
        for session in concerned {
            let frame = try session.frame(leaving: hook.blocksDestinations)
            guard let packet = SeenPacket(frame, on: hook, ethernet: candidate.object.ethernet),
                let judgement = try body.map({ try $0.judge(packet) })
                    ?? candidate.meaning.judge(packet),
                judgement.verdict != .pass
            else { continue }
            let who = judgement.rule.map { "rule '\($0)'" } ?? "the default"
            throw DatapathError(
                "apply policy '\(policy)'", "\(candidate.point.label(candidate.location)) \(hook)",
                "\(who) would \(judgement.verdict.name(on: hook)) the packets of a session by which "
                    + "this host is managed, \(session)",
                hint: "let them pass with a rule before it, or use --force; nothing was changed")
        }
    }

    /// Whether a session's packets come by a hook.
    private static func carries(
        _ session: ManagementSession, _ candidate: Candidate
    ) throws -> Bool {
        switch candidate.point.place {
        case .cgroup:
            let path = candidate.location.name
            return callers.contains { $0 == path || path == "/" || $0.hasPrefix(path + "/") }
        case .interface(let namespace, let index):
            // Sessions are those of the caller's own namespace.
            guard try NetworkNamespace.current.inode == namespace else { return false }
            var socket = try NetlinkSocket()
            let links = try socket.links()
            let owners = links.filter { link in
                InterfaceAddress.all.contains { $0 == (link.name, session.local.address) }
            }
            // Of a bridge's or a bond's address the packets come by its ports.
            return links.contains { link in
                link.index == UInt32(index)
                    && owners.contains { $0.index == link.index || $0.index == link.master }
            }
        }
    }

    /// The cgroups of this process and of those that led to it: sshd is among them.
    private static var callers: [String] {
        sequence(first: getpid()) { pid in
            ProcessStatus(pid: pid).flatMap { $0.parent > 0 ? $0.parent : nil }
        }.compactMap { LinuxProcess(pid: $0).cgroupPaths[""] }
    }
}

/// The addresses of the calling thread's network namespace.
private enum InterfaceAddress {
    static var all: [(interface: String, address: IPAddress)] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [(String, IPAddress)] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr else { continue }
            // SAFETY: the family says of which structure the address is the beginning.
            let ip: IPAddress
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                ip = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    .v4(IPv4Address(bits: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)))
                }
            case AF_INET6:
                ip = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { bytes in
                        .v6(IPv6Address(bits: bytes.reduce(0) { $0 << 8 | UInt128($1) }))
                    }
                }
            default: continue
            }
            found.append((String(cString: entry.pointee.ifa_name), ip))
        }
        return found
    }
}
