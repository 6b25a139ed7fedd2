/// The netctl that is measured, attached to a hook.
struct NetctlPoint: DropPoint {
    let name: String
    let largest = Int.max
    private let attach: [String]
    private let netctl: String

    init(_ name: String, _ attach: [String], _ netctl: String) {
        (self.name, self.attach, self.netctl) = (name, attach, netctl)
    }

    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed {
        guard let list else { throw BenchError("\(name): no list") }
        let place = ["--netns", receiver.namespace]
        try Tool.run([netctl, "attach", receiver.interface] + place + attach)
        try receiver.apply(list, netctl: netctl)
        return Installed {
            try NetctlCounters.dropped(
                Tool.run([netctl, "stats", receiver.interface, "-o", "json"] + place))
        }
    }
}

extension Receiver {
    /// Applies the policy of a list to the attachment of this namespace alone.
    func apply(_ list: BlockList, netctl: String) throws {
        try Tool.run(command([netctl, "apply", list.policy(), "--interface", interface]))
    }
}
