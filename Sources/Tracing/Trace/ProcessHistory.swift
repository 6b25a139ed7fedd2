/// What is remembered of processes to tell how deep in the tree they are, and how long they ran.
struct ProcessHistory {
    private struct Entry {
        /// How many of its ancestors were shown.
        var depth: Int
        /// When it ran the program that was shown last; `nil` if none was.
        var shownAt: UInt64?
        /// The cgroup that it was in then; nil if nobody knows.
        var place: CgroupPlace?
    }

    /// What is remembered of a process that has ended.
    struct Past {
        let depth: Int
        let nanoseconds: UInt64
        let place: CgroupPlace?
    }

    /// Living processes. One whose end was lost stays until its number is used again.
    private var entries: [Int32: Entry] = [:]

    /// A process came about.
    mutating func forked(_ process: TracedProcess) {
        entries[process.process.pid] = Entry(depth: depthBelow(process.parent))
    }

    /// A process ran a program that is shown: how deep it is.
    mutating func ran(_ process: TracedProcess, in place: CgroupPlace?) -> Int {
        let depth = entries[process.process.pid]?.depth ?? depthBelow(process.parent)
        entries[process.process.pid] = Entry(depth: depth, shownAt: process.time, place: place)
        return depth
    }

    /// A process ended; `nil` if none of its programs was shown.
    mutating func ended(_ process: TracedProcess) -> Past? {
        guard let entry = entries.removeValue(forKey: process.process.pid),
            let shownAt = entry.shownAt
        else { return nil }
        return Past(
            depth: entry.depth, nanoseconds: max(process.time, shownAt) - shownAt,
            place: entry.place)
    }

    private func depthBelow(_ parent: Int32) -> Int {
        guard let entry = entries[parent] else { return 0 }
        return entry.depth + (entry.shownAt == nil ? 0 : 1)
    }
}
