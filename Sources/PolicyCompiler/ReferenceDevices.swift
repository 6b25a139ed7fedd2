public import Policy

/// What a device list means, in plain Swift, as the documentation says it: the first rule that
/// matches decides. One that allows matches a request of which it has all access; one that denies, a
/// request of which it has any.
///
/// It shares nothing with the BPF program. Linux has no test runs of such programs, so this is what
/// `explain` and `test` ask.
public struct ReferenceDevices: Sendable {
    private let list: DeviceList
    private let isMonitored: Bool

    /// Makes the interpreter of one list.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - monitor: Whether the attachment only monitors, whatever the list says.
    public init(_ list: DeviceList, monitor: Bool = false) {
        self.list = list
        isMonitored = monitor || list.monitor
    }

    /// Judges one request.
    ///
    /// - Returns: What happens to it, verdicts being those of packets, and why.
    public func judge(_ request: DeviceRequest) -> ReferenceInterpreter.Judgement {
        guard let rule = list.rules.first(where: { $0.failures(request).isEmpty }) else {
            return judgement(list.defaultVerdict, .default, isReported: isMonitored)
        }
        return judgement(
            rule.verdict, .rule, rule: rule.name, isReported: isMonitored || rule.monitor)
    }

    /// The rules that had something to do with a request, in order, until one decided: those that all
    /// but one of type, major, minor and access keep from holding, then the one that decided.
    public func trace(_ request: DeviceRequest) -> [ReferenceInterpreter.TraceEntry] {
        var entries: [ReferenceInterpreter.TraceEntry] = []
        for rule in list.rules {
            let failures = rule.failures(request)
            if failures.count > 1 { continue }
            entries.append(
                ReferenceInterpreter.TraceEntry(
                    rule: rule.name, outcome: failures.isEmpty ? .decided : .nearly,
                    key: failures.first?.key, wants: failures.first?.wants,
                    has: failures.first?.has))
            if failures.isEmpty { break }
        }
        return entries
    }

    private func judgement(
        _ verdict: AllowOrDeny, _ reason: Reason, rule: Name? = nil, isReported: Bool
    ) -> ReferenceInterpreter.Judgement {
        guard isReported, verdict == .deny else {
            return ReferenceInterpreter.Judgement(verdict.verdict, reason, rule: rule)
        }
        return ReferenceInterpreter.Judgement(.pass, .monitor, rule: rule)
    }
}

extension DeviceRule {
    /// What keeps a rule from matching a request: a part of `c 1:3 rw`, what the rule wants there and
    /// what the request has.
    fileprivate struct Failure {
        let key: String
        let wants: String
        let has: String
    }

    /// None when the rule matches.
    fileprivate func failures(_ request: DeviceRequest) -> [Failure] {
        let (asked, term) = (request.term, devices)
        var failures: [Failure] = []
        if !term.kinds.contains(asked.kinds) {
            failures.append(
                Failure(key: "type", wants: term.kinds.letter, has: asked.kinds.letter))
        }
        if let major = term.major, major != request.major {
            failures.append(Failure(key: "major", wants: "\(major)", has: "\(request.major)"))
        }
        if let minor = term.minor, minor != request.minor {
            failures.append(Failure(key: "minor", wants: "\(minor)", has: "\(request.minor)"))
        }
        let holds =
            switch verdict {
            case .allow: term.access.isSuperset(of: request.access)
            case .deny: !term.access.isDisjoint(with: request.access)
            }
        if !holds {
            failures.append(
                Failure(key: "access", wants: term.access.letters, has: request.access.letters))
        }
        return failures
    }
}
