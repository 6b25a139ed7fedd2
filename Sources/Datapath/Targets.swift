internal import LinuxSystem
internal import Netlink
internal import Policy

/// The attachments that a policy is for, and the filter of each.
struct Targets {
    struct Want {
        let target: AttachTarget
        let use: FilterUse
    }

    private(set) var all: [Want] = []
    private(set) var warnings: [String] = []

    /// Attachments that are known already.
    init(_ all: [Want]) { self.all = all }

    /// What `attach:` lists, patterns resolved. An exact name beats a pattern; of two patterns the
    /// first one wins.
    ///
    /// - Parameters:
    ///   - entries: The policy's `attach:`.
    ///   - interfaces: Only these, when not empty.
    /// - Throws: ``DatapathError`` for an interface that is not there and not optional.
    init(_ entries: [AttachEntry], only interfaces: [String]) throws {
        var patterns: [(InterfacePattern, AttachEntry)] = []
        for entry in entries {
            guard case .interfaces(let names) = entry.target else { continue }
            for name in names {
                if name.isExact {
                    try addExact(name.text, entry, only: interfaces)
                } else {
                    patterns.append((name, entry))
                }
            }
        }
        for (pattern, entry) in patterns { try addMatches(pattern, entry, only: interfaces) }
    }

    /// Attachments that there are: those without a policy or with this one, and with `takeOver`
    /// those of others.
    init(
        adopting attachments: [Attachment], by policy: Name, filter: Name,
        only interfaces: [String], takeOver: Bool
    ) {
        for attachment in attachments where attachment.state != .gone {
            guard interfaces.isEmpty || interfaces.contains(attachment.interface),
                takeOver || attachment.refusal(of: policy) == nil
            else { continue }
            all.append(
                Want(
                    target: AttachTarget(attachment),
                    use: FilterUse(filter: filter, monitor: false)))
        }
    }

    /// Settles what the filters need of their hooks and namespaces, before anything is loaded.
    ///
    /// - Throws: ``DatapathError`` when a hook cannot do what a rule asks for, or when an interface
    ///   to redirect to is not there.
    func settled(for policy: Policy) throws -> Targets {
        var settled = self
        settled.all = try all.map { want in
            guard let filter = policy.filter(named: want.use.filter) else {
                preconditionFailure("the reader has checked that the filter exists")
            }
            if let refusal = filter.refusals(on: want.target.point.hook).first {
                throw DatapathError(
                    "apply policy '\(policy.name)'", want.target.name,
                    "\(refusal.location): \(refusal.message)", hint: refusal.hint,
                    code: .invalidPolicy)
            }
            return Want(
                target: want.target,
                use: FilterUse(
                    filter: want.use.filter, monitor: want.use.monitor,
                    redirects: try Redirects.indices(
                        of: filter, at: want.target, policy: policy.name)))
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
        for namespace in Self.namespaces(of: entry) {
            let found = Result { () throws(DatapathError) in
                try AttachTarget(
                    interface: name, netns: namespace, hook: .xdp, mode: entry.mode)
            }
            switch found {
            case .success(let target): add(target, entry)
            case .failure(let error) where entry.optional && error.code == .failed:
                warnings.append("\(error); it is optional and left out")
            case .failure(let error): throw error
            }
        }
    }

    private mutating func addMatches(
        _ pattern: InterfacePattern, _ entry: AttachEntry, only interfaces: [String]
    ) throws {
        for namespace in Self.namespaces(of: entry) {
            let handle = try AttachTarget.open(namespace)
            let matching = try handle.links().filter { pattern.matches($0.name) }
            if matching.isEmpty {
                warnings.append("no interface matches '\(pattern)'")
            }
            for link in matching where interfaces.isEmpty || interfaces.contains(link.name) {
                add(
                    AttachTarget(
                        link, inode: handle.namespace.inode, netns: namespace, hook: .xdp,
                        mode: entry.mode),
                    entry)
            }
        }
    }

    private mutating func add(_ target: AttachTarget, _ entry: AttachEntry) {
        guard !all.contains(where: { $0.target.point == target.point }) else { return }
        let use = FilterUse(filter: entry.xdp, monitor: entry.monitor)
        all.append(Want(target: target, use: use))
    }
}

extension AttachTarget {
    /// Where an attachment is, in whatever mode it has.
    init(_ attachment: Attachment) {
        self.init(
            point: attachment.point, interface: attachment.interface,
            namespace: attachment.namespace, mode: .auto)
    }
}
