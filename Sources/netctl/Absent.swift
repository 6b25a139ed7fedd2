import Datapath
import LinuxSystem
import Policy

/// What a filter names and is not there. It may come yet, so it is worth a warning and no error.
enum Absent {
    /// `--pid: there is no process 4711 now`
    static func processes(_ pids: [Int32]) -> [String] {
        pids.filter { LinuxProcess(pid: $0).comm == nil }
            .map { "--pid: there is no process \($0) now" }
    }

    /// Paths below the mount.
    static func cgroups(_ paths: [String]) -> [String] {
        guard let mount = try? CgroupMount.current() else { return [] }
        return paths.filter { (try? FileIdentity(path: mount.path + $0)) == nil }
            .map { "--cgroup: there is no cgroup \($0) now" }
    }

    /// Units, with their suffix or without.
    static func units(_ names: [String]) -> [String] {
        guard !names.isEmpty, let mount = try? CgroupMount.current() else { return [] }
        var known: Set<String> = []
        collect(below: mount.path, depth: 0, in: &known)
        return names.filter { !known.contains($0) && !known.contains("\($0).service") }
            .map { "--unit: there is no unit '\($0)' now" }
    }

    private static func collect(below folder: String, depth: Int, in names: inout Set<String>) {
        guard depth < 8 else { return }
        // Files of a cgroup have no point but behind a controller's name, and are no folders.
        for name in (try? Directory.entries(at: folder)) ?? [] where !isFile(name) {
            names.insert(name)
            collect(below: "\(folder)/\(name)", depth: depth + 1, in: &names)
        }
    }

    private static func isFile(_ name: String) -> Bool {
        ["cgroup.", "cpu.", "cpuset.", "io.", "memory.", "pids.", "hugetlb.", "misc.", "rdma."]
            .contains(where: name.hasPrefix)
    }

    /// A rule of no policy in force.
    static func rule(_ name: String?) -> [String] {
        guard let name, name != "default", let observation = try? Observation.now() else {
            return []
        }
        let rules = observation.attachments.flatMap { $0.policy?.rules ?? [] }
        return rules.contains { $0.name == name }
            ? [] : ["--rule: no policy in force has a rule '\(name)' now"]
    }
}
