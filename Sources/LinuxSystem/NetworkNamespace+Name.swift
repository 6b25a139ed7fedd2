internal import SystemPackage

extension NetworkNamespace {
    /// Where `ip netns` keeps its names.
    public static let directory = "/run/netns"

    /// The names in `/run/netns` by inode; empty if there are none.
    ///
    /// A file that is not a namespace (left over, or just being made) is not listed. Of two
    /// names for one namespace the first in alphabetical order is kept.
    public static func names() -> [UInt64: String] {
        var names: [UInt64: String] = [:]
        for name in (try? Directory.entries(at: directory))?.sorted() ?? [] {
            let path = "\(directory)/\(name)"
            guard (try? FileSystem(at: path)) == .namespaces,
                let inode = try? FileIdentity(path: path).inode, names[inode] == nil
            else { continue }
            names[inode] = name
        }
        return names
    }

    /// What to call this namespace in a message: nil for process 1's, the name in `/run/netns`
    /// if it has one, else `net:[4026532008]`.
    public var displayName: String? {
        if self == .initial { return nil }
        return NetworkNamespace.names()[inode] ?? "net:[\(inode)]"
    }

    /// Why `name` cannot be a name in `/run/netns`; nil if it can.
    static func problem(inName name: String) -> String? {
        if name.isEmpty { return "a network namespace needs a name" }
        if name == "." || name == ".." { return "'\(name)' cannot name a network namespace" }
        if name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(0) {
            return "a network namespace is named, not given as a path"
        }
        return name.utf8.count > 255 ? "the name is longer than 255 bytes" : nil
    }
}
