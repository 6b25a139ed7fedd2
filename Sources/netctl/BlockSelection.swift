import Datapath
import NetTypes

/// The entries of the block list that were asked for, as they come: a million of them are never held at
/// once.
struct BlockSelection {
    /// Only entries that overlap one of these; empty for all.
    let wanted: [IPPrefix]
    /// Only so many, those with the most packets first; nil for all.
    let top: Int?

    /// So many entries come in the order of addresses. More come as the kernel has them.
    static let orderedMost = 1 << 14

    /// Some entries.
    struct Part {
        let entries: [BlockEntry]
        /// Whether they are all that there are.
        let isWhole: Bool
    }

    /// Lends the entries, part by part.
    func read(_ body: (Part) throws -> Void) throws {
        if let top { return try body(Part(entries: mostHit(top), isWhole: true)) }
        var held: [BlockEntry] = []
        var isHeld = true
        try readWanted { entries in
            guard isHeld else { return try body(Part(entries: entries, isWhole: false)) }
            held += entries
            guard held.count > Self.orderedMost else { return }
            isHeld = false
            try body(Part(entries: held, isWhole: false))
            held = []
        }
        if isHeld {
            try body(Part(entries: held.sorted { $0.isBefore($1) }, isWhole: true))
        }
    }

    private func mostHit(_ count: Int) throws -> [BlockEntry] {
        var most: [BlockEntry] = []
        func keepMost() {
            most.sort {
                ($1.count.packets, $0.isBefore($1) ? 0 : 1) < ($0.count.packets, 1)
            }
            most.removeSubrange(min(count, most.count)...)
        }
        try readWanted { entries in
            most += entries
            if most.count > count + Self.orderedMost { keepMost() }
        }
        keepMost()
        return most
    }

    private func readWanted(_ body: ([BlockEntry]) throws -> Void) throws {
        try BlockList.read { entries in
            try body(
                wanted.isEmpty
                    ? entries
                    : entries.filter { entry in wanted.contains { entry.prefix.overlaps($0) } })
        }
    }
}
