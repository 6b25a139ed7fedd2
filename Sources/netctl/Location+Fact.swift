import Datapath

extension Location {
    /// For one fact a line: `eth1 netns -`, `cgroup /system.slice`.
    var fact: String {
        cgroup.map { "cgroup \($0)" } ?? "\(name) netns \(netns ?? "-")"
    }
}
