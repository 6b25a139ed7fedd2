extension Policy {
    /// What serves a hook of an attachment that the policy did not ask for: filter `inbound`, or the
    /// only one, on ingress hooks, `outbound` on egress hooks, the only device list on device hooks.
    ///
    /// - Returns: The name; nil when the policy has nothing for the hook.
    public func filter(for hook: Hook) -> Name? {
        switch hook {
        case .xdp, .tcIngress, .cgroupIngress:
            filters.first { $0.name.text == "inbound" }?.name
                ?? (filters.count == 1 ? filters.first?.name : nil)
        case .tcEgress, .cgroupEgress: filters.first { $0.name.text == "outbound" }?.name
        case .cgroupDevice: devices.count == 1 ? devices.first?.name : nil
        }
    }

    /// Why ``filter(for:)`` found nothing, in words.
    public func lack(of hook: Hook) -> String {
        switch hook {
        case .xdp, .tcIngress, .cgroupIngress:
            "it has neither a filter 'inbound' nor a single filter"
        case .tcEgress, .cgroupEgress: "it has no filter 'outbound'"
        case .cgroupDevice: "it has no single device list"
        }
    }
}
