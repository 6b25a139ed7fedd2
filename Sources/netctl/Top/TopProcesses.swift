import Datapath
import Policy
import PolicyCompiler
import Tracing

/// The packets of events, by the processes at their ends.
///
/// Not every packet becomes an event; `netctl events` tells which do. What a limit has held back is counted
/// with the next event that it has not: sums are right, shares are those of the events that were seen.
final class TopProcesses {
    private let reader: EventReader
    private let selection: Selection
    /// What was seen of each.
    private(set) var counts: [TopKey: Count] = [:]

    /// Begins to read events.
    ///
    /// - Parameter selection: The attachments that they are of; without anything named, the kernel's drops
    ///   are counted, too.
    /// - Throws: `TracingError`.
    init(_ selection: Selection) throws {
        var filter = EventFilter()
        if selection.isNamed || !selection.hook.isEmpty {
            filter.hooks = Set(EventHook.all.filter { $0 != .kernel })
        }
        self.selection = selection
        reader = try EventReader(filter)
    }

    /// What is not seen here, and why.
    var limits: [String] { reader.limits }

    /// Counts what has come since.
    func read() throws { try reader.read(take) }

    private func take(_ event: Event) {
        guard selection.includes(event) else { return }
        let packets = 1 + event.suppressed
        let count = Count(packets: packets, bytes: packets * UInt64(event.packet?.length ?? 0))
        let owners = [event.source.owner, event.destination.owner].compactMap(\.self)
        let names = Set(owners.map { "\(printable($0.comm))[\($0.pid)]" })
        for name in names.isEmpty ? ["unknown"] : names {
            let key = TopKey(name: name, place: event.topPlace)
            counts[key] = (counts[key] ?? .zero) &+ count
        }
    }
}

/// What is counted, and where.
struct TopKey: Hashable {
    /// `drop`, a rule, an address, `curl[4711]`. Fit to print.
    let name: String
    /// `eth1 xdp`
    let place: String
}

extension Selection {
    /// Whether an event is of what is named.
    fileprivate func includes(_ event: Event) -> Bool {
        if let interface, event.interface != interface { return false }
        if let netns, event.netns?.name != netns { return false }
        if let cgroup, (try? Location.cgroupPath(cgroup)) != event.cgroup { return false }
        let hooks = hook.map(\.hook).map(EventHook.hook)
        return hooks.isEmpty || hooks.contains(event.hook)
    }
}

extension Event {
    /// `eth1@blue tc-egress drop`
    fileprivate var topPlace: String {
        let name = [interface, cgroup].compactMap(\.self).first.map(printable)
        let place = name.map { name in netns?.name.map { "\(name)@\(printable($0))" } ?? name }
        let what = hook == .kernel ? reason : verdictName
        return [place, hook.description, what].compactMap(\.self).joined(separator: " ")
    }
}
