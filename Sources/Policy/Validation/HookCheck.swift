/// Checks that hooks can do what the filters attached to them ask for.
struct HookCheck {
    let reading: Reading

    private struct Use: Hashable {
        let hook: Hook
        let filter: Name
    }

    /// Reports each key and action that a hook cannot do, once for a hook.
    func check(_ entries: [AttachEntry], _ filters: [Filter]) {
        let known = Dictionary(filters.map { ($0.name, $0) }) { first, _ in first }
        var seen: Set<Use> = []
        let uses = entries.flatMap(\.uses).filter { $0.hook != .cgroupDevice }
        for use in uses.map({ Use(hook: $0.hook, filter: $0.name) }) {
            guard seen.insert(use).inserted else { continue }
            known[use.filter]?.refusals(on: use.hook).forEach { reading.report($0) }
        }
    }
}
