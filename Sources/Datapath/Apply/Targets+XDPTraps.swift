internal import LinuxSystem
internal import Netlink
internal import Policy

extension Targets {
    /// Adds a warning for each trap that a filter would be caught in on its XDP hook.
    ///
    /// - Parameters:
    ///   - policy: Whose filters they are; what they need is settled.
    ///   - observed: Every attachment there is: an attachment keeps its mode.
    mutating func warnOfTraps(_ policy: Policy, observed: [Attachment]) {
        let modes = Dictionary(
            observed.filter { $0.state != .gone }.map { ($0.point, $0.record.mode) },
            uniquingKeysWith: { first, _ in first })
        let native = Set(
            all.filter { $0.isNative(modes[$0.target.point] ?? nil) }.map(\.target.point))
        for want in all where want.use.hook == .xdp {
            guard let filter = policy.filter(named: want.use.filter),
                filter.rules.contains(where: \.canBeTrapped)
            else { continue }
            // What cannot be looked at is not warned of; if it is gone, attaching says so.
            guard let traps = try? XDPTraps(want, native) else { continue }
            traps.warnings(for: filter).forEach { warn($0) }
        }
    }
}

extension Targets.Want {
    /// Whether the driver runs the program, or may: an attachment keeps its mode, and `auto` prefers
    /// the driver.
    fileprivate func isNative(_ present: AttachMode?) -> Bool {
        use.hook == .xdp && (present ?? target.mode) != .xdp(.generic)
    }
}

extension Rule {
    fileprivate var canBeTrapped: Bool {
        !Set(features).isDisjoint(with: [.tx, .redirect, .vlan])
    }
}

extension XDPTraps {
    /// Looks at the interfaces of an attachment that is wanted.
    ///
    /// - Parameters:
    ///   - want: The attachment.
    ///   - native: The hooks on which the driver runs, or will run, a program of ours.
    /// - Throws: What keeps the interfaces from being looked at.
    fileprivate init?(_ want: Targets.Want, _ native: Set<AttachPoint>) throws {
        guard case .interface(let inode, let index) = want.target.point.place else { return nil }
        let namespace = NetworkNamespace(inode: inode)
        place = want.target.name
        isNative = native.contains(want.target.point)
        (wiring, redirects) = try namespace.openExisting().perform {
            var socket = try NetlinkSocket()
            let link = try socket.link(index: UInt32(index))
            var redirects: [String: Wiring] = [:]
            for (name, index) in want.use.redirects {
                redirects[name] = try Wiring(
                    socket.link(index: index), in: namespace, planned: native, &socket)
            }
            return (try Wiring(link, in: namespace, planned: native, &socket), redirects)
        }
    }
}
