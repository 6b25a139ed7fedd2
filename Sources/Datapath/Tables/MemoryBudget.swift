internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// How much memory there is for tables.
struct MemoryBudget {
    /// What can be had, in bytes.
    let available: Int
    /// Who says so: `MemAvailable`, or the limit of a cgroup.
    let source: String

    /// Of the machine and of the cgroups of this process, whichever is less.
    static func current() -> MemoryBudget? {
        ([machine()] + cgroups()).compactMap(\.self).min { $0.available < $1.available }
    }

    /// Refuses tables that do not fit, before any of them is made.
    ///
    /// - Parameters:
    ///   - attempt: What they are for.
    ///   - tables: Those that have to be made, with whom they are for.
    ///   - building: Whether they have yet to be built, which takes as much again.
    /// - Throws: ``DatapathError`` that names the largest.
    func require(
        _ attempt: String, _ tables: [(use: String, table: TableRecord)], building: Bool = false
    ) throws {
        let bytes = tables.map(\.table).bytes
        guard bytes * (building ? 2 : 1) > available else { return }
        let largest = tables.sorted { $0.table.bytes > $1.table.bytes }.prefix(3).map {
            "\($0.table.name) of \($0.use) \(Self.text($0.table.bytes))"
        }
        throw DatapathError(
            attempt, "its tables",
            "they take \(Self.text(bytes)) (\(largest.joined(separator: ", "))), "
                + (building ? "and as much again while they are built, " : "")
                + "beside those in force, and \(source) leaves \(Self.text(available))",
            errno: .noMemory,
            hint: "use fewer or shorter sets, or give it more memory; nothing was changed")
    }

    /// `812 MB`
    private static func text(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MB" }

    private static func machine() -> MemoryBudget? {
        guard let text = try? ProcFile.read("/proc/meminfo"),
            let kilobytes = number(behind: "MemAvailable:", in: text)
        else { return nil }
        return MemoryBudget(available: kilobytes << 10, source: "MemAvailable")
    }

    /// The limits of the cgroup of this process and of those above it.
    private static func cgroups() -> [MemoryBudget] {
        let paths = LinuxProcess(pid: getpid()).cgroupPaths
        return [Controller.version2, .version1].compactMap(\.self).flatMap { controller in
            let hierarchy = paths.keys.first { name in
                name.split(separator: ",") == (controller.isVersion2 ? [] : ["memory"])
            }
            var path = hierarchy.flatMap { paths[$0] } ?? ""
            var budgets: [MemoryBudget] = []
            while path.count > 1 {
                if let budget = controller.budget(of: path) { budgets.append(budget) }
                path = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            }
            return budgets
        }
    }

    /// What limits the memory of cgroups, and what its files are called.
    private struct Controller {
        let mount: String
        let isVersion2: Bool

        /// The controller of cgroups version 2.
        static var version2: Controller? {
            (try? CgroupMount.current()).map { Controller(mount: $0.path, isVersion2: true) }
        }

        /// The one that many hosts have in a hierarchy of its own.
        static var version1: Controller? {
            (try? MountTable.current())?.mounts(ofType: "cgroup")
                .first { $0.superOptions.contains("memory") && $0.root == "/" }
                .map { Controller(mount: $0.mountPoint, isVersion2: false) }
        }

        private var limit: String { isVersion2 ? "memory.max" : "memory.limit_in_bytes" }
        private var usage: String { isVersion2 ? "memory.current" : "memory.usage_in_bytes" }

        /// What a cgroup may still take. The contents of files are given up when memory is short.
        func budget(of path: String) -> MemoryBudget? {
            let folder = mount + path
            guard let limit = (try? ProcFile.read("\(folder)/\(limit)")).flatMap(number),
                let used = (try? ProcFile.read("\(folder)/\(usage)")).flatMap(number)
            else { return nil }
            let stat = (try? ProcFile.read("\(folder)/memory.stat")) ?? ""
            let prefix = isVersion2 ? "" : "total_"
            let files = ["inactive_file ", "active_file "].reduce(0) {
                $0 + (number(behind: prefix + $1, in: stat) ?? 0)
            }
            return MemoryBudget(
                available: max(0, limit - used + files),
                source: "\(self.limit) of cgroup \(path)")
        }
    }

    /// Nil for `max`.
    private static func number(_ text: String) -> Int? {
        Int(text.prefix { $0 != "\n" })
    }

    private static func number(behind key: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix(key) }
            .flatMap { Int($0.dropFirst(key.count).split(separator: " ").first ?? "") }
    }
}
