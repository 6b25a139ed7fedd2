internal import Datapath
internal import LinuxSystem
internal import Policy
internal import SystemPackage

/// Where something can happen that a policy depends on.
struct Places: Equatable {
    /// The policy's files and folders, set files and programs.
    let files: Set<String>
    /// The names of the network namespaces of its interfaces; nil is the daemon's own.
    let namespaces: Set<String?>
    /// The folders of its cgroups.
    let cgroups: Set<String>

    /// Where to look.
    ///
    /// - Parameters:
    ///   - policy: The policy; nil as long as none could be read.
    ///   - paths: Its files and folders, as they were given.
    ///   - files: What was found in them: policy files and set files.
    init(_ policy: Policy?, _ paths: [String], _ files: [String] = []) {
        let entries = policy?.attach ?? []
        self.files = Set(paths + files + entries.compactMap(\.program?.file))
        namespaces = Set(entries.flatMap(\.netns).map(Optional.some) + [nil])
        let mount = try? CgroupMount.current()
        cgroups = Set(
            entries.compactMap { entry in
                guard case .cgroup(let path) = entry.subject else { return nil }
                return try? mount?.folder(of: path)
            })
    }

    /// The marks of the files that are there.
    var marks: [String: FileMark] {
        var marks: [String: FileMark] = [:]
        for file in files { marks[file] = try? FileMark(path: file) }
        return marks
    }

    /// The folders in which something has to happen for one of the files to be another one: where it is
    /// and where the links on the way to it are; of a folder itself, too.
    var foldersOfFiles: Set<String> {
        var folders: Set<String> = []
        for file in files {
            folders.insert(Self.nearestFolder(above: file))
            if Self.isFolder(file) { folders.insert(file) }
            folders.formUnion(Self.foldersOfLinks(on: file))
        }
        return folders
    }

    /// The folders in which attachments, cgroups and namespaces come and go.
    var foldersOfPlaces: Set<String> {
        var folders = Set(cgroups.map { Self.nearestFolder(above: $0) })
        folders.insert(Self.nearestFolder(above: PinRoot.place + "/attachment"))
        if namespaces != [nil] {
            folders.insert(Self.nearestFolder(above: NetworkNamespace.directory + "/name"))
        }
        return folders
    }

    /// The folder that a path is in or, where that is not there, the nearest one in which it has to be
    /// made first.
    static func nearestFolder(above path: String) -> String {
        var folder = FilePath(path).removingLastComponent()
        while !folder.isEmpty, !isFolder(folder.string) {
            guard folder.removeLastComponent() else { break }
        }
        return folder.isEmpty ? "." : folder.string
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? FileState(path: path))?.kind == .directory
    }

    /// The folders of the symbolic links on the way to a file, and the one that the last of them leads to.
    static func foldersOfLinks(on path: String) -> Set<String> {
        var folders: Set<String> = []
        var way = FilePath(path)
        // As many as the kernel follows (MAXSYMLINKS).
        for _ in 0..<40 {
            guard let (link, rest) = firstLink(on: way) else { break }
            folders.insert(nearestFolder(above: link.string))
            guard let target = try? ProcFile.link(link.string) else { break }
            way = link.removingLastComponent().pushing(FilePath(target)).pushing(rest)
            folders.insert(nearestFolder(above: way.string))
        }
        return folders
    }

    /// The first symbolic link on a way, and what of the way is behind it.
    private static func firstLink(on way: FilePath) -> (FilePath, FilePath)? {
        for end in way.components.indices {
            let part = FilePath(root: way.root, way.components[...end])
            if (try? ProcFile.link(part.string)) != nil {
                return (part, FilePath(root: nil, way.components[end...].dropFirst()))
            }
        }
        return nil
    }
}
