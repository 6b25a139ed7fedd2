internal import LinuxSystem
internal import SystemPackage

/// How much memory there is for tables.
struct MemoryBudget {
    /// What can be had, in bytes.
    let available: Int
    /// Who says so: `MemAvailable`, or the cgroup with a limit.
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
    /// - Throws: ``DatapathError`` that names the largest.
    func require(_ attempt: String, _ tables: [(use: String, table: TableRecord)]) throws {
        let bytes = tables.map(\.table).bytes
        guard bytes > available else { return }
        let largest = tables.sorted { $0.table.bytes > $1.table.bytes }.prefix(3).map {
            "\($0.table.name) of \($0.use) \(Self.text($0.table.bytes))"
        }
        throw DatapathError(
            attempt, "its tables",
            "they take \(Self.text(bytes)) (\(largest.joined(separator: ", "))), beside those in "
                + "force, and \(source) leaves \(Self.text(available))",
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
        guard let mount = try? CgroupMount.current(),
            let text = try? ProcFile.read("/proc/self/cgroup"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else { return [] }
        var path = String(line.dropFirst(3))
        var budgets: [MemoryBudget] = []
        while path.count > 1 {
            if let budget = cgroup(mount.path + path, named: path) { budgets.append(budget) }
            path = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        }
        return budgets
    }

    /// What a cgroup may still take. The contents of files are given up when memory is short.
    private static func cgroup(_ folder: String, named path: String) -> MemoryBudget? {
        guard let limit = (try? ProcFile.read("\(folder)/memory.max")).flatMap(number),
            let used = (try? ProcFile.read("\(folder)/memory.current")).flatMap(number)
        else { return nil }
        let stat = (try? ProcFile.read("\(folder)/memory.stat")) ?? ""
        let files = ["inactive_file ", "active_file "].reduce(0) {
            $0 + (number(behind: $1, in: stat) ?? 0)
        }
        return MemoryBudget(
            available: max(0, limit - used + files), source: "memory.max of cgroup \(path)")
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
