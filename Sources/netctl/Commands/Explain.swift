import ArgumentParser
import Datapath
import Packets
import Policy
import PolicyCompiler
import Statistics

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what happens to a packet, and why, without sending one.",
        usage: """
            netctl explain --policy <file> ... [--filter <filter>] [--hook <hook>] <packet>
            netctl explain --policy <file> ... --device <list> <request>
            netctl explain <interface> [--netns <netns>] [--hook <hook>] <packet>
            netctl explain --cgroup <path> [--hook <hook>] <packet or request>
            """,
        discussion: """
            The packet goes through the real program: of a filter in a policy file, or a second \
            instance of what an interface or cgroup has in force, with counters and limits of its own. So \
            nothing that is counted or in force is touched, and a rule with a limit lets the packet \
            by, being the first one. Below the verdict stand the rules that had to do with it.

              netctl explain eth1 'tcp 198.51.100.7:40000 to 203.0.113.5:23 syn'
              netctl explain eth1 udp '[2001:db8::1]:53' to '[2001:db8::2]:4000' ttl 3
              netctl explain --policy edge.yaml icmpv6 fe80::1 to ff02::1 neighbour-solicit
              netctl explain --policy edge.yaml --filter inbound --hex '0200 0000 0002 …'
              netctl explain eth1 --pcap seen.pcap -o json
              netctl explain eth1 --hook tc-egress 'tcp to 203.0.113.5:443 mark 0x1'
              netctl explain --cgroup /system.slice --hook egress 'udp to 203.0.113.5:53'
              netctl explain --policy edge.yaml --device minimal 'c 1:3 rw'

            A packet in words: a protocol, its two ends, TCP flags (syn, or [S] as tcpdump prints \
            it) or an ICMP type, and any key of a match with its value. What is not said is filled \
            in: addresses 192.0.2.1 and 192.0.2.2, ports 40000 and 40001, TTL 64, mark 0.

            A filter of a file is judged on XDP, or on TC where a rule or the packet has a mark. On \
            the hooks of a cgroup a packet begins with its IP header: VLAN tags are taken off, and \
            what is not IP never gets there.

            A request for a device: type (c, b), major:minor, access (of rwm). The kernel cannot try \
            programs for devices, so that what the list means is asked.
            """)

    @Option(
        help: "A policy file or a folder of them; may be repeated. Not given: what is in force.")
    var policy: [String] = []

    @Option(help: "The filter; not given: 'inbound', or the only one.")
    var filter: String?

    @Option(help: "The device list; not given: the only one.")
    var device: String?

    @Option(help: "The hook: \(Hook.words); with --cgroup the prefix may be left out.")
    var hook: HookWord?

    @Option(help: "The cgroup, a path below the mount of cgroup v2.")
    var cgroup: String?

    @Option(help: "A network namespace under /run/netns; not given: the caller's.")
    var netns: String?

    @Option(help: "The packet as hexadecimal bytes from its Ethernet header on.")
    var hex: String?

    @Option(help: "A pcap or pcapng file: one answer a packet, in order; '-' reads stdin.")
    var pcap: String?

    @Argument(
        help: "The interface, unless --policy or --cgroup is given, then the packet or request.")
    var words: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if policy.isEmpty && cgroup == nil && words.isEmpty {
            throw ValidationError(
                "Name an interface, a cgroup with --cgroup, or a policy file with --policy.")
        }
        if policy.isEmpty, let option = filter != nil ? "filter" : device != nil ? "device" : nil {
            throw ValidationError("--\(option) needs --policy: a hook has one in force.")
        }
        if filter != nil && device != nil {
            throw ValidationError("Give --filter or --device: one of them.")
        }
        if cgroup != nil && !policy.isEmpty {
            throw ValidationError("Give --cgroup or --policy: one of them.")
        }
        if netns != nil, !policy.isEmpty || cgroup != nil {
            throw ValidationError("--netns is for an interface.")
        }
        if policy.isEmpty { _ = try hook?.hook(onCgroup: cgroup != nil) }
        if isRequest {
            if hex != nil || pcap != nil || filter != nil
                || hook.map({ $0.hook != .cgroupDevice }) ?? false
            {
                throw ValidationError("A request for a device is asked of a device list.")
            }
            guard !packetWords.isEmpty else {
                throw ValidationError("Name a request, such as 'c 1:3 rw'.")
            }
            _ = try request()
            return
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
        if pcap == nil { _ = try packet() }
    }

    /// The words that are not the interface.
    private var packetWords: [String] {
        policy.isEmpty && cgroup == nil ? Array(words.dropFirst()) : words
    }

    /// Whether a device list is asked: it is named, or the words begin like a request.
    private var isRequest: Bool {
        if device != nil || hook?.hook == .cgroupDevice { return true }
        let first = packetWords.first.map { String($0.prefix { $0 != " " }) }
        return policy.isEmpty == (cgroup != nil) && (first == "b" || first == "c")
    }

    private func request() throws -> DeviceRequest {
        let text = packetWords.joined(separator: " ")
        let read = Result { () throws(DeviceSyntax.Failure) in try DeviceSyntax.request(text) }
        switch read {
        case .success(let request): return request
        case .failure(let failure):
            throw ValidationError(failure.message + (failure.hint.map { "; \($0)" } ?? ""))
        }
    }

    /// The one packet that the command line describes.
    private func packet() throws -> (frame: [UInt8], mark: UInt32?) {
        do {
            if let hex { return (try Hexadecimal.parse(hex), nil) }
            let packet = try PacketWords.packet(packetWords.joined(separator: " "))
            if packet.mark != nil, hook?.hook == .xdp { throw ValidationError(Self.noMark) }
            return packet
        } catch let error as ValidationError {
            throw error
        } catch let error as Hexadecimal.Failure {
            throw ValidationError("--hex: \(error).")
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private static let noMark =
        "'mark' needs a TC or cgroup hook: on XDP packets have none yet."

    func run() throws {
        try reporting {
            guard !isRequest else { return try explainRequest() }
            let given = pcap == nil ? try packet() : nil
            let trial = try policy.isEmpty ? trialInForce() : trialOfFile(given?.mark)
            if given?.mark != nil, trial.body.hook == .xdp {
                Terminal.error(Self.noMark)
                throw ExitStatus.usage
            }
            var hasDisagreement = false
            func explain(_ frame: [UInt8], number: Int?) throws {
                let answer = try trial.judge(frame, mark: given?.mark ?? 0)
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
            } else if let given {
                try explain(given.frame, number: nil)
            }
            if hasDisagreement { throw ExitStatus.failed }
        }
    }

    private func explainRequest() throws {
        let trial = try policy.isEmpty ? deviceTrialInForce() : deviceTrialOfFile()
        let explanation = Explanation(
            trial.judge(try request()), hook: .cgroupDevice, number: nil)
        try global.write(explanation.document, text: explanation.lines)
    }

    // MARK: What is asked

    private func trialOfFile(_ mark: UInt32?) throws -> FilterTrial {
        let policy = try LoadedPolicy(policy, quiet: global.quiet).accepted(strict: false).policy
        let filter = try chosenFilter(of: policy)
        guard let hook = hook?.hook ?? filter.hook(withMark: mark != nil) else {
            Terminal.error(
                "no hook can do all that the packet and the rules of filter '\(filter.name)' ask for"
            )
            throw ExitStatus.failed
        }
        return try FilterTrial(filter, sets: policy.sets, hook: hook)
    }

    private func deviceTrialOfFile() throws -> DeviceTrial {
        let policy = try LoadedPolicy(policy, quiet: global.quiet).accepted(strict: false).policy
        let names = policy.devices.map(\.name.text).joined(separator: ", ")
        if let device {
            if let found = policy.devices.first(where: { $0.name.text == device }) {
                return DeviceTrial(found)
            }
            Terminal.error(
                "policy '\(policy.name)' has no device list '\(device)'"
                    + (names.isEmpty ? "" : "; it has \(names)"))
            throw ExitStatus.failed
        }
        guard policy.devices.count == 1 else {
            Terminal.error(
                names.isEmpty
                    ? "policy '\(policy.name)' has no device list"
                    : "policy '\(policy.name)' has several device lists; name one with --device: "
                        + names)
            throw names.isEmpty ? ExitStatus.failed : ExitStatus.usage
        }
        return DeviceTrial(policy.devices[0])
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

    /// The one attachment that is meant, of those that judge packets or requests.
    private func attachment() throws -> Attachment {
        let place = cgroup.map { ["--cgroup", $0] } ?? [words[0]]
        let onCgroup = cgroup != nil
        let arguments =
            place + (netns.map { ["--netns", $0] } ?? [])
            + (try hook.map { ["--hook", try $0.hook(onCgroup: onCgroup).rawValue] } ?? [])
        let selection = try Selection.parse(arguments)
        let all = try selection.existingAttachments(in: try Observation.now())
        let found = all.filter { isRequest == ($0.point.hook == .cgroupDevice) }
        if found.count == 1 { return found[0] }
        let name = cgroup.map { "cgroup \($0)" } ?? words[0]
        guard !found.isEmpty else {
            Terminal.error(
                "nothing that judges \(isRequest ? "requests for devices" : "packets") is attached to "
                    + name)
            throw ExitStatus.failed
        }
        let hooks = found.map(\.point.hook.rawValue).joined(separator: ", ")
        Terminal.error("\(name) has several hooks; name one with --hook: \(hooks)")
        throw ExitStatus.usage
    }

    private func deviceTrialInForce() throws -> DeviceTrial {
        let attachment = try attachment()
        return try DeviceTrial(
            inForceAt: attachment, attachment.policy.flatMap(PolicyInForce.init))
    }

    private func trialInForce() throws -> FilterTrial {
        let attachment = try attachment()
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
