internal import Datapath
internal import LinuxSystem
internal import Policy
internal import PolicyCompiler

/// What a policy that is in force does with a packet.
public struct PolicyVerdict: Sendable, Hashable {
    /// The policy's name.
    public let policy: String
    /// The rule that decides; nil: none does.
    public let rule: String?
    /// `rule`, `default` and so on.
    public let reason: String
    /// The verdict, `drop`.
    public let verdict: String
    /// The hook.
    public let hook: String
    /// The interface or cgroup.
    public let place: String
}

/// Asks the programs in force, each by a second instance: nothing is counted, nothing is sent.
struct PolicyJudge {
    private let attachments: [Attachment]

    init() throws(TracingError) {
        do {
            attachments = try Observation.now().attachments.filter {
                $0.point.hook != .cgroupDevice && $0.policy != nil
            }
        } catch {
            throw TracingError(error)
        }
    }

    /// What would drop a packet such as one that was dropped, where that was done by some program.
    func verdicts(on drop: DropRecord, reason: String) -> [PolicyVerdict] {
        let hooks: Set<Hook>
        switch reason {
        case "TC_INGRESS": hooks = [.tcIngress]
        case "TC_EGRESS": hooks = [.tcEgress]
        case "XDP": hooks = [.xdp]
        case "BPF_CGROUP_EGRESS": hooks = [.cgroupEgress]
        case "SOCKET_FILTER": hooks = [.cgroupIngress]
        default: return []
        }
        let packet = Self.words(
            proto: drop.proto, from: drop.source, to: drop.destination)
        return attachments.filter { attachment in
            guard hooks.contains(attachment.point.hook) else { return false }
            guard case .interface = attachment.point.place else { return true }
            return attachment.point.namespace == drop.netns
        }.compactMap { verdict(of: $0, on: packet) }.filter { $0.verdict == "drop" }
    }

    /// What every hook does with the packets of a connection, if both ends are known.
    func verdicts(on question: WhyQuestion) -> [PolicyVerdict] {
        guard case .connection(let from, let to) = question else { return [] }
        let packet = Self.words(proto: 6, from: from, to: to)
        return attachments.compactMap { verdict(of: $0, on: packet) }
    }

    private func verdict(of attachment: Attachment, on words: String?) -> PolicyVerdict? {
        guard let words, let packet = try? PacketWords.packet(words),
            let record = attachment.policy,
            let trial = try? FilterTrial(
                inForceAt: attachment,
                attachment.state == .paused ? nil : PolicyInForce(record)),
            let answer = try? trial.judge(packet.frame)
        else { return nil }
        let judgement = answer.judgement
        return PolicyVerdict(
            policy: record.policy, rule: judgement.rule?.text, reason: judgement.reason.rawValue,
            verdict: judgement.verdict.name(on: attachment.point.hook),
            hook: attachment.point.hook.rawValue, place: attachment.location.name)
    }

    /// `tcp 10.0.0.1:40000 to 10.0.0.2:443 syn`
    private static func words(
        proto: UInt8, from: SocketRecord.Endpoint, to: SocketRecord.Endpoint
    ) -> String? {
        guard proto == 6 || proto == 17, from.port > 0, to.port > 0 else { return nil }
        return proto == 6 ? "tcp \(from.text) to \(to.text) syn" : "udp \(from.text) to \(to.text)"
    }
}
