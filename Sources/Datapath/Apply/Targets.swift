internal import LinuxSystem
internal import Netlink
internal import Policy

/// The attachments that a policy is for, the filter of each, and the programs that users bring.
struct Targets {
    struct Want {
        let target: AttachTarget
        let use: FilterUse
    }

    private(set) var all: [Want] = []
    /// Users' programs.
    var programs: [ProgramWant] = []
    private(set) var warnings: [String] = []
    /// Whether what is missing is waited for, as if all of it were optional.
    private var waits = false
    /// Interfaces that `attach:` names and asks for: they are there, or need not be.
    private var named: Set<String> = []
    /// The objects of the programs, by their files.
    private(set) var objects: [String: [UInt8]] = [:]

    /// Attachments that are known already.
    init(_ all: [Want]) { self.all = all }

    /// What `attach:` lists, patterns resolved. An exact name beats a pattern; of two patterns the
    /// first one wins.
    ///
    /// - Parameters:
    ///   - entries: The policy's `attach:`.
    ///   - interfaces: Only these, when not empty.
    ///   - objects: The objects of users' programs, by their files.
    ///   - waits: Whether what is missing is waited for, as if all of it were optional.
    /// - Throws: ``DatapathError`` for an interface, namespace or cgroup that is not there and not
    ///   optional, and for a program that does not fit its place.
    init(
        _ entries: [AttachEntry], only interfaces: [String], objects: [String: [UInt8]] = [:],
        waiting waits: Bool = false
    ) throws {
        self.objects = objects
        self.waits = waits
        var patterns: [(InterfacePattern, AttachEntry)] = []
        for entry in entries {
            switch entry.subject {
            case .cgroup(let path):
                guard interfaces.isEmpty else { continue }
                try add(entry) { hook in try AttachTarget(cgroup: path, hook: hook) }
                try addProgram(entry) { user, hook in
                    _ = try hook == nil ? user.cgroupType(on: "cgroup \(path)") : nil
                    return { try ProgramTarget(user, cgroup: path, hook: hook) }
                }
            case .kernel:
                guard interfaces.isEmpty else { continue }
                try addProgram(entry) { user, _ in
                    let target = try ProgramTarget(user)
                    return { target }
                }
            case .interfaces(let names):
                for name in names {
                    if name.isExact {
                        try addExact(name.text, entry, only: interfaces)
                    } else {
                        patterns.append((name, entry))
                    }
                }
            }
        }
        for (pattern, entry) in patterns { try addMatches(pattern, entry, only: interfaces) }
    }

    /// Attachments that there are: those without a policy or with this one, and with `takeOver`
    /// those of others. A hook that the policy has nothing for is left alone, with a warning.
    init(
        adopting attachments: [Attachment], by policy: Policy, only interfaces: [String],
        takeOver: Bool
    ) {
        for attachment in attachments where attachment.state != .gone {
            guard interfaces.isEmpty || interfaces.contains(attachment.location.name),
                takeOver || attachment.refusal(of: policy.name) == nil
            else { continue }
            let hook = attachment.point.hook
            guard let name = policy.filter(for: hook) else {
                warnings.append(
                    "\(attachment.name): \(policy.lack(of: hook)), \(hook) is left as it is")
                continue
            }
            all.append(
                Want(
                    target: AttachTarget(attachment),
                    use: FilterUse(filter: name, hook: hook, monitor: false)))
        }
    }

    /// Which of these interfaces the policy has nothing for.
    func missing(of interfaces: [String]) -> [String] {
        let locations = all.map(\.target.location) + programs.compactMap(\.target.location)
        return interfaces.filter { name in
            !named.contains(name) && !locations.contains { $0.interface == name }
        }
    }

    /// Adds a warning.
    mutating func warn(_ warning: String) { warnings.append(warning) }

    /// Settles what the filters need of their hooks and namespaces, before anything is loaded.
    ///
    /// - Throws: ``DatapathError`` when a hook cannot do what a rule asks for, or when an interface
    ///   to redirect to is not there.
    func settled(for policy: Policy) throws -> Targets {
        var settled = self
        settled.all = try all.map { want in
            // A device list asks for nothing that needs settling.
            guard let filter = policy.filter(named: want.use.filter), want.use.hook != .cgroupDevice
            else { return want }
            if let refusal = filter.refusals(on: want.use.hook).first {
                throw DatapathError(
                    "apply policy '\(policy.name)'", want.target.name,
                    "\(refusal.location): \(refusal.message)", hint: refusal.hint,
                    code: .invalidPolicy)
            }
            let redirects = try Redirects.indices(of: filter, at: want.target, policy: policy.name)
            let use = FilterUse(
                filter: want.use.filter, hook: want.use.hook, monitor: want.use.monitor,
                redirects: redirects)
            return Want(target: want.target, use: use)
        }
        return settled
    }

    private static func namespaces(of entry: AttachEntry) -> [String?] {
        entry.netns.isEmpty ? [nil] : entry.netns
    }

    private mutating func addExact(
        _ name: String, _ entry: AttachEntry, only interfaces: [String]
    ) throws {
        guard interfaces.isEmpty || interfaces.contains(name) else { return }
        named.insert(name)
        for namespace in Self.namespaces(of: entry) {
            try add(entry) { hook in
                try AttachTarget(
                    interface: name, netns: namespace, hook: hook, mode: entry.mode(on: hook),
                    share: entry.share)
            }
            try addProgram(entry) { user, hook in
                let hook = try hook ?? user.interfaceHook(on: name)
                return {
                    ProgramTarget(
                        user,
                        try AttachTarget(
                            interface: name, netns: namespace, hook: hook,
                            mode: entry.mode(on: hook)))
                }
            }
        }
    }

    private mutating func addMatches(
        _ pattern: InterfacePattern, _ entry: AttachEntry, only interfaces: [String]
    ) throws {
        for namespace in Self.namespaces(of: entry) {
            let found = try unlessMissing(entry) {
                let handle = try AttachTarget.open(namespace)
                return (try handle.links(), handle.namespace.inode)
            }
            guard let (links, inode) = found else { continue }
            let matching = links.filter { pattern.matches($0.name) }
            if matching.isEmpty {
                warnings.append("no interface matches '\(pattern)'")
            }
            for link in matching where interfaces.isEmpty || interfaces.contains(link.name) {
                try add(entry) { hook in
                    AttachTarget(
                        link, inode: inode, netns: namespace, hook: hook,
                        mode: entry.mode(on: hook), share: entry.share)
                }
                try addProgram(entry) { user, hook in
                    let hook = try hook ?? user.interfaceHook(on: link.name)
                    return {
                        ProgramTarget(
                            user,
                            AttachTarget(
                                link, inode: inode, netns: namespace, hook: hook,
                                mode: entry.mode(on: hook)))
                    }
                }
            }
        }
    }

    /// Adds the hooks of an entry on one interface or cgroup; what is missing and optional is a
    /// warning, once.
    private mutating func add(
        _ entry: AttachEntry, _ find: (Hook) throws -> AttachTarget
    ) throws {
        for use in entry.uses {
            guard let target = try unlessMissing(entry, { try find(use.hook) }) else { return }
            guard !all.contains(where: { $0.target.point == target.point }) else { continue }
            all.append(
                Want(
                    target: target,
                    use: FilterUse(filter: use.name, hook: use.hook, monitor: entry.monitor)))
        }
    }

    /// Finds something of an entry; what is missing and need not be there is a warning.
    mutating func unlessMissing<Found>(
        _ entry: AttachEntry, _ find: () throws -> Found
    ) throws -> Found? {
        do {
            return try find()
        } catch {
            let refusal = DatapathError(error)
            guard entry.optional || waits, refusal.isOfMissing else { throw refusal }
            warnings.append(
                "\(refusal); it is \(entry.optional ? "optional and left out" : "waited for")")
            return nil
        }
    }
}

extension AttachEntry {
    /// The mode that the entry insists on, if it does.
    fileprivate func mode(on hook: Hook) -> AttachMode? { hook.mode(xdp: mode, tc: tc) }
}
