/// Checks that a hook of an interface or cgroup is asked for once.
struct AttachCheck {
    let reading: Reading

    private struct Place: Hashable {
        /// `interface 'eth1'`, with its network namespace; `cgroup '/system.slice'`.
        let subject: String
        let hook: Hook
    }

    /// Reports hooks that two entries name alike; a name beats a pattern, so both may stand.
    func check(_ entries: [AttachEntry]) {
        var lines: [Place: Int] = [:]
        for entry in entries {
            for use in entry.uses {
                for subject in Self.subjects(of: entry) {
                    let place = Place(subject: subject, hook: use.hook)
                    guard let line = lines[place] else {
                        lines[place] = entry.location.line
                        continue
                    }
                    let what = use.hook == .cgroupDevice ? "a device list" : "a filter"
                    reading.report(
                        .error, "duplicate-attach",
                        "\(subject) already has \(what) for \(use.hook) (line \(line))",
                        at: entry.location)
                }
            }
        }
    }

    private static func subjects(of entry: AttachEntry) -> [String] {
        switch entry.subject {
        case .cgroup(let path): ["cgroup '\(path)'"]
        case .kernel: []
        case .interfaces(let interfaces):
            interfaces.flatMap { interface in
                let namespaces = entry.netns.map { " in network namespace '\($0)'" }
                return (namespaces.isEmpty ? [""] : namespaces).map {
                    "interface '\(interface)'\($0)"
                }
            }
        }
    }
}
