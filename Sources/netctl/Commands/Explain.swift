import ArgumentParser
import Datapath
import Packets
import Policy
import PolicyCompiler
import Statistics

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what happens to a packet, and why, without sending one.",
        usage: """
            netctl explain --policy <file> ... [--filter <filter>] <packet>
            netctl explain <interface> [--netns <netns>] [--hook <hook>] <packet>
            """,
        discussion: """
            The packet goes through the real program: of a filter in a policy file, or a second \
            instance of what an interface has in force, with counters and limits of its own. So \
            nothing that is counted or in force is touched, and a rule with a limit lets the packet \
            by, being the first one. Below the verdict stand the rules that had to do with it.

              netctl explain eth1 'tcp 198.51.100.7:40000 to 203.0.113.5:23 syn'
              netctl explain eth1 udp '[2001:db8::1]:53' to '[2001:db8::2]:4000' ttl 3
              netctl explain --policy edge.yaml icmpv6 fe80::1 to ff02::1 neighbour-solicit
              netctl explain --policy edge.yaml --filter inbound --hex '0200 0000 0002 …'
              netctl explain eth1 --pcap seen.pcap -o json

            A packet in words: a protocol, its two ends, TCP flags (syn, or [S] as tcpdump prints \
            it) or an ICMP type, and any key of a match with its value. What is not said is filled \
            in: addresses 192.0.2.1 and 192.0.2.2, ports 40000 and 40001, TTL 64.
            """)

    @Option(
        help: "A policy file or a folder of them; may be repeated. Not given: what is in force.")
    var policy: [String] = []

    @Option(help: "The filter; not given: 'inbound', or the only one.")
    var filter: String?

    @Option(help: "The hook: \(Hook.words).")
    var hook: HookWord?

    @Option(help: "A network namespace under /run/netns; not given: the caller's.")
    var netns: String?

    @Option(help: "The packet as hexadecimal bytes from its Ethernet header on.")
    var hex: String?

    @Option(help: "A pcap or pcapng file: one answer a packet, in order; '-' reads stdin.")
    var pcap: String?

    @Argument(help: "The interface, unless --policy is given, then the packet in words.")
    var words: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if policy.isEmpty && words.isEmpty {
            throw ValidationError("Name an interface, or a policy file with --policy.")
        }
        if policy.isEmpty && filter != nil {
            throw ValidationError("--filter needs --policy: an interface has one filter in force.")
        }
        if !policy.isEmpty && netns != nil {
            throw ValidationError("--netns is for an interface, not for --policy.")
        }
        let packets = [hex != nil, pcap != nil, !packetWords.isEmpty].filter { $0 }.count
        if packets == 0 {
            throw ValidationError(
                "Name a packet, such as 'tcp 198.51.100.7:40000 to 203.0.113.5:23 syn', or give "
                    + "--hex or --pcap.")
        }
        if packets > 1 {
            throw ValidationError(
                "Give the packet in words, with --hex or with --pcap: one of them.")
        }
        if pcap == nil { _ = try frame() }
    }

    /// The words that are not the interface.
    private var packetWords: [String] { policy.isEmpty ? Array(words.dropFirst()) : words }

    /// The one packet that the command line describes.
    private func frame() throws -> [UInt8] {
        do {
            if let hex { return try Hexadecimal.parse(hex) }
            return try PacketWords.frame(packetWords.joined(separator: " "))
        } catch let error as Hexadecimal.Failure {
            throw ValidationError("--hex: \(error).")
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        try reporting {
            let trial = try policy.isEmpty ? trialInForce() : trialOfFile()
            var hasDisagreement = false
            func explain(_ frame: [UInt8], number: Int?) throws {
                let answer = try trial.judge(frame)
                let explanation = Explanation(answer, hook: trial.body.hook, number: number)
                try global.write(
                    explanation.document,
                    text: number == nil || global.verbose
                        ? explanation.lines : [explanation.headline])
                if let meant = answer.disagreement {
                    hasDisagreement = true
                    Terminal.error(
                        "internal error: the program says \(answer.judgement), and the policy "
                            + "means \(meant): please report it, with the policy and the packet")
                }
            }
            if let pcap {
                try Capture(pcap).forEach { try explain($0, number: $1) }
            } else {
                try explain(frame(), number: nil)
            }
            if hasDisagreement { throw ExitStatus.failed }
        }
    }

    // MARK: What is asked

    private func trialOfFile() throws -> FilterTrial {
        let policy = try LoadedPolicy(policy, quiet: global.quiet).accepted(strict: false).policy
        return try FilterTrial(
            chosenFilter(of: policy), sets: policy.sets, hook: hook?.hook ?? .xdp)
    }

    private func chosenFilter(of policy: Policy) throws -> Filter {
        let names = policy.filters.map(\.name.text).joined(separator: ", ")
        if let filter {
            if let found = policy.filters.first(where: { $0.name.text == filter }) { return found }
            Terminal.error("policy '\(policy.name)' has no filter '\(filter)'; it has \(names)")
            throw ExitStatus.failed
        }
        let inbound = policy.filters.first { $0.name.text == "inbound" }
        if let found = inbound ?? (policy.filters.count == 1 ? policy.filters.first : nil) {
            return found
        }
        Terminal.error(
            "policy '\(policy.name)' has several filters; name one with --filter: \(names)")
        throw ExitStatus.usage
    }

    private func trialInForce() throws -> FilterTrial {
        let arguments =
            [words[0]] + (netns.map { ["--netns", $0] } ?? [])
            + (hook.map { ["--hook", $0.hook.rawValue] } ?? [])
        let found = try Selection.parse(arguments).existingAttachments(in: try Observation.now())
        guard found.count == 1, let attachment = found.first else {
            let hooks = found.map(\.point.hook.rawValue).joined(separator: ", ")
            Terminal.error("\(words[0]) has several hooks; name one with --hook: \(hooks)")
            throw ExitStatus.usage
        }
        // A pause asks nothing of the policy behind it.
        let isPaused = attachment.state == .paused
        let inForce = isPaused ? nil : attachment.policy.flatMap(PolicyInForce.init)
        if let unknown = inForce?.unknownSets, !unknown.isEmpty, !global.quiet {
            let names = unknown.sorted().map { "@\($0)" }.joined(separator: ", ")
            Terminal.warning(
                "set files have changed since the policy was applied, or cannot be read: the "
                    + "verdict is the kernel's, but the trace does not know what is in \(names)")
        }
        return try FilterTrial(inForceAt: attachment, inForce)
    }
}

/// What happens to a packet and why, for people and for programs.
private struct Explanation {
    let document: Document
    let headline: String
    let lines: [String]

    /// The JSON document of `netctl explain`.
    struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
            case version, verdict, rule, reason, hook
            case judgedBy = "judged_by"
            case trace
        }

        let version = 1
        let verdict: Verdict
        @ExplicitNull var rule: String?
        let reason: Reason
        let hook: Hook
        let judgedBy: String
        let trace: [Entry]
    }

    struct Entry: Encodable {
        let rule: String
        let outcome: String
        @ExplicitNull var key: String?
        @ExplicitNull var wants: String?
        @ExplicitNull var has: String?
    }

    init(_ answer: FilterTrial.Answer, hook: Hook, number: Int?) {
        let judgement = answer.judgement
        document = Document(
            verdict: judgement.verdict, rule: judgement.rule?.text, reason: judgement.reason,
            hook: hook, judgedBy: answer.isFromProgram ? "program" : "reference",
            trace: answer.trace.map { entry in
                Entry(
                    rule: entry.rule.text, outcome: entry.outcome.rawValue, key: entry.key,
                    wants: entry.wants, has: entry.has)
            })
        let decider = judgement.rule.map { " by rule \($0)" } ?? ""
        headline =
            (number.map { "\($0): " } ?? "")
            + "\(judgement.verdict)\(decider) (reason \(judgement.reason.rawValue), hook \(hook))"
        lines =
            [headline] + Self.cut(answer.trace.map(\.sentence)).map { "  \($0)" }
            + (answer.isFromProgram
                ? []
                : ["  the kernel runs no program on such a frame; this is what the policy means"])
    }

    /// A filter of thousands of rules may have thousands that nearly match.
    private static func cut(_ lines: [String]) -> [String] {
        let most = 24
        guard lines.count > most else { return lines }
        return lines.prefix(most - 1) + ["… and \(lines.count - most + 1) more rules"]
            + lines.suffix(1).filter { $0.hasSuffix("decided") }
    }
}

extension ReferenceInterpreter.TraceEntry {
    /// `telnet: nearly: dport is 22, the rule wants 23`.
    fileprivate var sentence: String {
        let field = (key ?? "").replacing("not.", with: "")
        let wish = "\(key?.hasPrefix("not.") ?? false ? "not " : "")\(wants ?? "")"
        switch outcome {
        case .decided: return "\(rule): decided"
        case .counted: return "\(rule): counted it"
        case .withinLimit:
            return "\(rule): matches, but is for what exceeds its limit, and one packet does not"
        case .nearly:
            let has = has.map { "\(field) is \($0)" } ?? "the packet has no \(field)"
            return "\(rule): nearly: \(has), the rule wants \(wish)"
        case .unreadable: return "\(rule): \(field) cannot be read, the rule wants \(wish)"
        case .unknown:
            return "\(rule): \(field) is \(has ?? "unknown"), and what is in \(wish) is not known"
        }
    }
}
