import TestSupport

/// A policy that drops one port, as YAML.
func policyText(
    name: String = "edge", attach: [String] = [], rule: String = "web", dport: Int = 443,
    top: String = ""
) -> String {
    let entries = attach.map { "  - \($0)\n" }.joined()
    return """
        version: 1
        name: \(name)
        \(top)
        filters:
          inbound:
            default: pass
            rules:
              - { name: \(rule), match: { dport: \(dport) }, action: drop }
        \(attach.isEmpty ? "" : "attach:\n" + entries)
        """
}

/// Makes an interface without a wire: a bridge, which runs XDP in generic mode alone.
func addInterface(_ name: String, netns: String? = nil) throws {
    let ip = ["ip"] + (netns.map { ["-n", $0] } ?? [])
    try runChecked(ip + ["link", "add", name, "type", "bridge"])
    try runChecked(ip + ["link", "set", name, "up"])
}

/// Runs a command in a named namespace as a person would: from a shell that is outside of it.
func runInNetns(_ netns: String, _ arguments: [String]) throws -> CommandResult {
    try run(
        ["sh", "-c", "ip netns exec \"$@\"; exit $?", "sh", netns] + arguments,
        limit: .seconds(120))
}
