import ArgumentParser
import Datapath
import Policy
import Statistics

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the policy in force, as YAML, rules with their counters.")

    @OptionGroup var selection: Selection
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let observation = try Observation.now()
            let found = try selection.existingAttachments(in: observation)
            let shown = try found.map(ShownPolicy.init)
            // Documents of one YAML stream.
            try global.write(
                ShownPolicies(policies: shown),
                text: Array(shown.map(\.lines).joined(separator: ["---"])))
        }
    }
}

/// The JSON document of `netctl show`.
private struct ShownPolicies: Encodable {
    let version = 1
    let policies: [ShownPolicy]
}

/// The policy of one attachment.
private struct ShownPolicy: Encodable {
    @ExplicitNull var interface: String?
    @ExplicitNull var netns: String?
    @ExplicitNull var cgroup: String?
    let hook: Hook
    @ExplicitNull var policy: String?
    @ExplicitNull var filter: String?
    @ExplicitNull var digest: String?
    @ExplicitNull var yaml: String?
    /// For text alone.
    private let name: String

    enum CodingKeys: CodingKey {
        case interface, netns, cgroup, hook, policy, filter, digest, yaml
    }

    init(_ attachment: Attachment) throws {
        let statistics = try Statistics(reading: attachment)
        interface = attachment.location.interface
        netns = attachment.location.netns
        cgroup = attachment.location.cgroup
        name = attachment.name
        hook = attachment.point.hook
        policy = attachment.policy?.policy
        filter = attachment.policy?.filter
        digest = attachment.policy?.digest
        yaml = attachment.policy.map { Self.yaml($0, statistics) }
    }

    /// The whole policy; the rules of the filter that runs here carry their counts.
    private static func yaml(_ record: PolicyRecord, _ statistics: Statistics) -> String {
        let source = PolicySource(path: record.policy, bytes: Array(record.text.utf8))
        guard let policy = PolicyReader.read([source], setFile: { _ in [] }).policy else {
            return record.text
        }
        let counts = Dictionary(
            statistics.rules.map { ($0.rule.name, $0.count) }, uniquingKeysWith: { $1 })
        return PolicyWriter.write(policy) { filter, rule in
            guard filter.text == record.filter, let count = counts[rule.text] else {
                return nil
            }
            return "\(count.packets) packets, \(count.bytes) bytes"
        }
    }

    var lines: [String] {
        let place = "\(name) \(hook)"
        guard let yaml, let filter, let digest else { return ["# \(place): no policy"] }
        return ["# \(place): filter \(filter), digest \(digest)"]
            + yaml.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
