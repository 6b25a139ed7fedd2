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
            if let rule = filter.rules.first(where: { $0.action == .tx }), wiring.isVeth {
                warnings += lostFrames(through: wiring, "rule '\(rule.name)' sends frames back")
            }
            var seen: Set<String> = []
            for rule in filter.rules {
                guard case .redirect(let name) = rule.action, seen.insert(name).inserted,
                    let other = redirects[name]
                else { continue }
                warnings += lostFrames(
                    through: other, "rule '\(rule.name)' redirects to \(other.interface)")
            }
        }
        if let rule = filter.rules.first(where: { $0.features.contains(.vlan) }) {
            warnings += hiddenTags(from: "rule '\(rule.name)'")
        }
        return warnings.map { "\(place): \($0)" }
    }

    private func lostFrames(through wiring: Wiring, _ what: String) -> [String] {
        guard let peer = wiring.peer, !peer.takesFrames else { return [] }
        return [
            "\(what), and the veth loses them: its other end, \(peer.name), has neither an XDP "
                + "program nor GRO; \(peer.command("gro on"))"
        ]
    }

    private func hiddenTags(from rule: String) -> [String] {
        if wiring.isVeth {
            guard let peer = wiring.peer, peer.offloads.transmitVLAN else { return [] }
            return [
                "\(rule) has 'vlan', and XDP does not see the tags of what \(peer.name) sends: they "
                    + "are kept beside the frames; \(peer.command("txvlan off"))"
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
    fileprivate func command(_ setting: String) -> String {
        let command = "ethtool -K \(interface) \(setting)"
        guard let netns else { return "'\(command)'" }
        return netns.hasPrefix("net:[")
            ? "'\(command)' there" : "'ip netns exec \(netns) \(command)'"
    }
}
