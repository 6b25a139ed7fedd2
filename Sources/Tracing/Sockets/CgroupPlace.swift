/// What the path of a cgroup says of what runs there: a unit of systemd's, a container.
public struct CgroupPlace: Hashable, Sendable {
    /// The path below the mount.
    public let path: String
    /// `nginx.service`: the innermost unit; nil if no part of the path is one.
    public let unit: String?
    /// The container's id, as its runtime has it; nil if the path has none.
    public let container: String?
    /// What runs the container: `docker`, `containerd`, `cri-o`, `podman`; nil if the path does not
    /// say.
    public let runtime: String?

    /// Reads a path.
    public init(path: String) {
        self.path = path
        let parts = path.split(separator: "/").map(String.init)
        let containers = parts.compactMap(Self.container(in:))
        container = containers.last?.id
        runtime =
            containers.last?.runtime
            ?? (container == nil ? nil : parts.lazy.compactMap { Self.parents[$0] }.first)
        let units = parts.filter { part in
            Self.unitSuffixes.contains { part.hasSuffix($0) } && Self.container(in: part) == nil
        }
        unit = units.last ?? parts.last { $0.hasSuffix(".slice") }
    }

    private static let unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

    /// What runtimes put before an id in the name of a scope.
    private static let prefixes = [
        ("docker-", "docker"), ("cri-containerd-", "containerd"), ("crio-", "cri-o"),
        ("libpod-", "podman"), ("nerdctl-", "containerd"),
    ]

    /// What they call the folder of plain ids, without systemd.
    private static let parents = ["docker": "docker", "libpod_parent": "podman"]

    /// `docker-<64 digits>.scope`, `libpod-<64 digits>`, `<64 digits>`, `…:cri-containerd:<64 digits>`.
    private static func container(in part: String) -> (id: String, runtime: String?)? {
        var rest = part[...]
        if rest.hasSuffix(".scope") { rest = rest.dropLast(6) }
        if let colon = rest.lastIndex(of: ":") {
            let runtime = prefixes.first { rest[..<colon].hasSuffix($0.0.dropLast()) }?.1
            let id = rest[rest.index(after: colon)...]
            return isID(id) ? (String(id), runtime) : nil
        }
        for (prefix, runtime) in prefixes where rest.hasPrefix(prefix) {
            let id = rest.dropFirst(prefix.count)
            // `crio-conmon-…` and its like watch a container, and are not in it.
            return isID(id) ? (String(id), runtime) : nil
        }
        return isID(rest) ? (String(rest), nil) : nil
    }

    private static func isID(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}

extension CgroupPlace {
    /// Whether this is the cgroup with a path, or one below.
    public func isWithin(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return self.path.split(separator: "/").starts(with: parts)
    }
}
