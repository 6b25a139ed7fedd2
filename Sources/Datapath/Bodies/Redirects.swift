internal import LinuxSystem
internal import Netlink
internal import Policy
internal import PolicyCompiler
internal import SystemPackage

/// The interfaces that the rules of a filter redirect to, in one network namespace.
struct Redirects {
    /// Where they are.
    let namespace: NetworkNamespace
    /// Their indices, by the names that the rules give.
    let indices: [String: UInt32]

    /// The loopback interface in place of each, for test runs: it is 1 in every namespace.
    static func loopback(for filter: CompiledFilter) throws -> Redirects {
        let names = filter.rules.compactMap(\.redirectsTo)
        return Redirects(
            namespace: try .current,
            indices: Dictionary(names.map { ($0, 1) }) { first, _ in first })
    }

    /// Finds the interfaces of a filter that is to be attached.
    ///
    /// - Throws: ``DatapathError`` when there is no interface of such a name.
    static func indices(
        of filter: Filter, at target: AttachTarget, policy: Name
    ) throws -> [String: UInt32] {
        var rules: [String: Name] = [:]
        for case (let name, .redirect(let interface)) in filter.rules.map({ ($0.name, $0.action) })
        where rules[interface] == nil {
            rules[interface] = name
        }
        guard !rules.isEmpty, let inode = target.point.namespace else { return [:] }
        let namespace = NetworkNamespace(inode: inode)
        return try namespace.openExisting().perform {
            var socket = try NetlinkSocket()
            var indices: [String: UInt32] = [:]
            for (interface, rule) in rules.sorted(by: { $0.key < $1.key }) {
                let found = Result { () throws(NetlinkError) in
                    try socket.link(named: interface)
                }
                switch found {
                case .success(let link): indices[interface] = link.index
                case .failure(let error):
                    throw DatapathError(
                        "apply policy '\(policy)'", target.name,
                        "rule '\(rule)' redirects to '\(interface)': "
                            + (error.reason ?? error.errno.sentence),
                        errno: error.errno, hint: error.hint)
                }
            }
            return indices
        }
    }
}
