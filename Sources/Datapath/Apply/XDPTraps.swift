internal import LinuxSystem
internal import Policy

/// What a filter asks of XDP and would not get on an interface, although the kernel accepts it:
/// frames that vanish, tags that are not seen. Each has a remedy.
struct XDPTraps {
    /// What messages call the place: `eth1 in netns blue`.
    let place: String
    /// Whether the driver runs the program, and so sends its frames.
    let isNative: Bool
    /// The interface that it is on.
    let wiring: Wiring
    /// The interfaces that rules redirect to, by the names that the rules give.
    let redirects: [String: Wiring]

    /// One sentence for each trap, about the first rule that is caught in it.
    func warnings(for filter: Filter) -> [String] {
        var warnings: [String] = []
        if isNative {
            warnings += lostReturns(filter)
            warnings += lostRedirects(filter)
        }
        if let rule = filter.rules.first(where: { $0.features.contains(.vlan) }) {
            warnings += hiddenTags(from: "rule '\(rule.name)'")
        }
        return warnings.map { "\(place): \($0)" }
    }

    private func lostReturns(_ filter: Filter) -> [String] {
        guard let rule = filter.rules.first(where: { $0.action == .tx }), let peer = wiring.peer,
            !peer.takesReturned
        else { return [] }
        return [
            "rule '\(rule.name)' sends frames back, and the veth loses them: its other end, "
                + "\(peer.name), has no XDP program; \(peer.attachCommand)"
        ]
    }

    private func lostRedirects(_ filter: Filter) -> [String] {
        var seen: Set<String> = []
        return filter.rules.compactMap { rule in
            guard case .redirect(let name) = rule.action, seen.insert(name).inserted,
                let veth = redirects[name], let peer = veth.peer, !peer.takesRedirected
            else { return nil }
            return "rule '\(rule.name)' redirects to \(veth.interface), and the veth loses the "
                + "frames: its other end, \(peer.name), has neither an XDP program nor GRO; "
                + peer.offloadCommand("gro on")
        }
    }

    private func hiddenTags(from rule: String) -> [String] {
        if wiring.isVeth {
            guard let peer = wiring.peer, peer.offloads.transmitVLAN else { return [] }
            return [
                "\(rule) has 'vlan', and XDP does not see the tags of what \(peer.name) sends: they "
                    + "are kept beside the frames; \(peer.offloadCommand("txvlan off"))"
            ]
        }
        guard wiring.offloads.receiveVLAN else { return [] }
        return [
            "\(rule) has 'vlan', and XDP may not see the tags: the card takes them out of the "
                + "frames; 'ethtool -K \(wiring.interface) rxvlan off'"
        ]
    }
}

extension Wiring.Peer {
    /// `far0`, `far0 in netns blue`.
    fileprivate var name: String { netns.map { "\(interface) in netns \($0)" } ?? interface }

    /// How to switch an offload there.
    fileprivate func offloadCommand(_ setting: String) -> String {
        let command = "ethtool -K \(interface) \(setting)"
        guard let netns else { return "'\(command)'" }
        return isUnnamed(netns) ? "'\(command)' there" : "'ip netns exec \(netns) \(command)'"
    }

    /// How to have a program there.
    fileprivate var attachCommand: String {
        let command = "netctl attach \(interface) --mode xdpdrv"
        guard let netns else { return "'\(command)'" }
        return isUnnamed(netns) ? "'\(command)' there" : "'\(command) --netns \(netns)'"
    }

    private func isUnnamed(_ netns: String) -> Bool { netns.hasPrefix("net:[") }
}
