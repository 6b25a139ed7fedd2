/// What a rule can ask for and not every hook can do.
public enum HookFeature: String, Hashable, Sendable, CaseIterable {
    /// The action `tx`.
    case tx
    /// The action `redirect`.
    case redirect
    /// The match key `mark`.
    case mark
    /// The match key `vlan`.
    case vlan

    /// The hooks that can do it.
    public var hooks: [Hook] {
        switch self {
        case .tx: [.xdp]
        case .redirect: [.xdp, .tcIngress, .tcEgress]
        case .mark: [.tcIngress, .tcEgress, .cgroupIngress, .cgroupEgress]
        // On cgroup hooks a packet begins with its IP header.
        case .vlan: [.xdp, .tcIngress, .tcEgress]
        }
    }
}

extension Rule {
    /// What it asks for that not every hook can do.
    public var features: [HookFeature] {
        var features: [HookFeature] = []
        switch action {
        case .tx: features.append(.tx)
        case .redirect: features.append(.redirect)
        case .pass, .drop, .count: break
        }
        if match.keys.mark != nil || match.not.mark != nil { features.append(.mark) }
        if match.keys.vlan != nil || match.not.vlan != nil { features.append(.vlan) }
        return features
    }
}

extension Filter {
    /// The hook that judges a packet when none is named: the first that can do all that the rules ask
    /// for. It judges as every other one would that sees the same bytes.
    ///
    /// - Parameter mark: Whether the packet has a mark.
    /// - Returns: Nil when no hook can do it all.
    public func hook(withMark mark: Bool) -> Hook? {
        let features = rules.flatMap(\.features) + (mark ? [.mark] : [])
        return Hook.allCases.first { hook in features.allSatisfy { $0.hooks.contains(hook) } }
    }

    /// What its rules ask for and a hook cannot do, each as an error at the key or the action.
    public func refusals(on hook: Hook) -> [Diagnostic] {
        rules.flatMap { rule in
            rule.features.filter { !$0.hooks.contains(hook) }.map { feature in
                let able = feature.hooks.map(\.rawValue)
                let list =
                    (able.count > 1 ? able.dropLast().joined(separator: ", ") + " and " : "")
                    + (able.last ?? "")
                return Diagnostic(
                    code: "unsupported-hook",
                    message: "rule '\(rule.name)' has '\(feature.rawValue)', "
                        + "which \(hook) cannot do",
                    hint: "\(list) can",
                    location: rule.featureLocations[feature] ?? rule.location)
            }
        }
    }
}
