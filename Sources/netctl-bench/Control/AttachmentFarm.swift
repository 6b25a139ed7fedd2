import Foundation

/// Attachments with long policies, for what an operator waits for then.
struct AttachmentFarm {
    let interfaces: [String]
    private let rules: Int
    private let netctl: String

    /// So many attachments, with so many rules each.
    init(count: Int, rules: Int, netctl: String) {
        interfaces = (0..<max(1, count)).map { "bench\($0)" }
        self.rules = rules
        self.netctl = netctl
    }

    /// Makes interfaces, and applies a policy to all of them.
    func attach(in folder: URL) throws {
        for interface in interfaces {
            try Tool.run(["ip", "link", "add", interface, "type", "veth"])
        }
        let rules = (0..<rules).map { number in
            let address = "10.\(number / 256 / 256).\(number / 256 % 256).\(number % 256)"
            return "      - { name: r\(number), match: { src: \(address) }, action: drop }\n"
        }
        let entries = interfaces.map { "  - { interface: \($0), xdp: inbound }\n" }
        let policy = folder.appending(path: "rules.yaml")
        let text =
            "version: 1\nname: bench\nfilters:\n  inbound:\n    default: pass\n    rules:\n"
            + rules.joined() + "attach:\n" + entries.joined()
        try Data(text.utf8).write(to: policy)
        try Tool.run([netctl, "apply", policy.path])
    }
}
