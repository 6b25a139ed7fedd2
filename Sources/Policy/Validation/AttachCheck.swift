/// Checks that a hook of an interface is asked for once.
struct AttachCheck {
    let reading: Reading

    private struct Place: Hashable {
        let interface: InterfacePattern
        let netns: String
    }

    /// Reports interfaces that two entries name alike; a name beats a pattern, so both may stand.
    func check(_ entries: [AttachEntry]) {
        var lines: [Place: Int] = [:]
        for entry in entries {
            guard case .interfaces(let interfaces) = entry.target else { continue }
            for interface in interfaces {
                for netns in entry.netns.isEmpty ? [""] : entry.netns {
                    let place = Place(interface: interface, netns: netns)
                    guard let line = lines[place] else {
                        lines[place] = entry.location.line
                        continue
                    }
                    let suffix = netns.isEmpty ? "" : " in network namespace '\(netns)'"
                    reading.report(
                        .error, "duplicate-attach",
                        "interface '\(interface)'\(suffix) already has a filter for xdp"
                            + " (line \(line))", at: entry.location)
                }
            }
        }
    }
}
