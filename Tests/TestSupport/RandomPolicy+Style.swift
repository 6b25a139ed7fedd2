internal import Policy

extension RandomPolicy {
    /// What the rules of one policy have in common, so that some policies use few keys and others
    /// many, and some have hardly a rule that decides.
    struct Style {
        /// What a rule can look at.
        enum Key: CaseIterable {
            case src, dst, proto, sport, dport, tcpFlags, icmpType, family, etherType, vlan
            case fragment, length, ttl, dscp, extHeader, mark

            /// Those that are generated for ``RandomPolicy/init(using:ruleCount:keys:)`` with
            /// `few`.
            static let few: Set<Key> = [.src, .dst, .proto, .sport, .dport]

            /// What a hook must be able to do for it; nil for a key of every hook.
            var feature: HookFeature? {
                switch self {
                case .mark: .mark
                case .vlan: .vlan
                default: nil
                }
            }
        }

        /// In percent: how often a rule has a key.
        private var often: [Key: Double] = [:]
        /// In percent: how often a rule has a `not`.
        private let negated: Double
        /// Each as likely as the others.
        let actions: [Action]

        init(
            _ keys: RandomPolicy.Keys, for hook: Hook, using random: inout SeededRandom
        ) {
            let rare = random.chance(25)
            for key in Key.allCases {
                switch keys {
                case .few where !Key.few.contains(key): often[key] = 0
                case .all where !Key.few.contains(key):
                    often[key] = random.one(of: rare ? [0, 0, 5, 10] : [0, 0, 0, 0, 20, 60])
                default: often[key] = random.one(of: [0, 0, 15, 50, 90])
                }
                if key.feature?.hooks.contains(hook) == false { often[key] = 0 }
            }
            negated = keys == .few ? 0 : random.one(of: [0, 0, 10, 30, 60])
            let actions: [Action] = random.one(of: [
                [.pass, .drop], [.pass, .drop, .count], [.pass, .drop, .count, .count, .count],
                [.pass, .drop, .count, .tx, .redirect("lo"), .redirect("eth1")],
            ])
            self.actions = actions.filter { $0.feature?.hooks.contains(hook) ?? true }
        }

        /// Whether the next rule has this key.
        func has(_ key: Key, _ random: inout SeededRandom) -> Bool {
            random.chance(often[key] ?? 0)
        }

        /// Whether the next rule has a `not`.
        func negates(_ random: inout SeededRandom) -> Bool { random.chance(negated) }

        /// Another style with fewer keys, for what is under `not`.
        var sparse: Style {
            var sparse = self
            sparse.often = often.mapValues { $0 / 2 }
            return sparse
        }
    }
}

extension Action {
    /// What a hook must be able to do for it; nil for an action of every hook.
    fileprivate var feature: HookFeature? {
        switch self {
        case .tx: .tx
        case .redirect: .redirect
        case .pass, .drop, .count: nil
        }
    }
}
