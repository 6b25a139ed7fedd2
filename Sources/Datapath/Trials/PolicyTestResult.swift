package import Policy
internal import PolicyCompiler

/// What became of one test.
package struct PolicyTestResult {
    /// The test.
    package let test: PolicyTest
    /// What the program did.
    package let answer: FilterTrial.Answer

    /// The hook whose program was asked, or whose device list.
    package let hook: Hook

    /// Runs every test of a policy; the program of a filter is loaded once for a hook.
    ///
    /// - Throws: ``DatapathError``.
    package static func run(_ policy: Policy) throws(DatapathError) -> [PolicyTestResult] {
        try translating {
            var trials: [Use: FilterTrial] = [:]
            return try policy.tests.map { test in
                switch test.question {
                case .packet(let packet, let filter):
                    let use = use(of: filter, packet, policy)
                    let trial = try trials[use] ?? trial(use, policy)
                    trials[use] = trial
                    let answer = try trial.judge(packet.frame(), mark: packet.mark ?? 0)
                    return PolicyTestResult(test: test, answer: answer, hook: use.hook)
                case .request(let request, let name):
                    guard let list = policy.devices(named: name) else {
                        preconditionFailure("the reader has checked that list '\(name)' exists")
                    }
                    let answer = DeviceTrial(list.enforced).judge(request)
                    return PolicyTestResult(test: test, answer: answer, hook: .cgroupDevice)
                }
            }
        }
    }

    private struct Use: Hashable {
        let filter: Name
        let hook: Hook
    }

    private static func use(
        of name: Name, _ packet: PolicyTest.Packet, _ policy: Policy
    ) -> Use {
        guard let hook = policy.filter(named: name)?.hook(withMark: packet.mark != nil) else {
            preconditionFailure("the reader has checked that a hook can do filter '\(name)'")
        }
        return Use(filter: name, hook: hook)
    }

    private static func trial(_ use: Use, _ policy: Policy) throws -> FilterTrial {
        guard let filter = policy.filter(named: use.filter) else {
            preconditionFailure("the reader has checked that filter '\(use.filter)' exists")
        }
        return try FilterTrial(filter.enforced, sets: policy.sets, hook: use.hook)
    }

    /// Whether verdict and rule are what the test expects, and nobody doubts it.
    package var isPassed: Bool {
        answer.judgement.verdict.name(on: hook) == test.expect.rawValue && isDeciderRight
            && answer.disagreement == nil
    }

    private var isDeciderRight: Bool {
        switch test.rule {
        case nil: true
        case .default: answer.judgement.reason == .default
        case .rule(let name): answer.judgement.rule == name
        }
    }

    /// Why it failed; nil when it passed.
    package var failure: String? {
        guard !isPassed else { return nil }
        if let meant = answer.disagreement {
            return "the program says \(answer.judgement), and the policy means \(meant): this is "
                + "an error of netctl, please report it"
        }
        let by = test.rule.map { " by \($0)" } ?? ""
        return "expected \(test.expect.rawValue)\(by), got \(answer.judgement.sentence(on: hook))"
    }

    /// `ok  name`, or `FAIL name: why` with its place.
    package var line: String {
        guard let failure else { return "ok    \(test.name)" }
        return "FAIL  \(test.name): \(failure) (\(test.location.file):\(test.location.line))"
    }
}

extension ReferenceInterpreter.Judgement {
    /// `drop by telnet`, `pass by default`, `drop (malformed)`, `deny by kvm`.
    fileprivate func sentence(on hook: Hook) -> String {
        let verdict = verdict.name(on: hook)
        return switch (rule, reason) {
        case (let rule?, .monitor): "\(verdict) by \(rule) (monitor)"
        case (let rule?, _): "\(verdict) by \(rule)"
        case (nil, .default): "\(verdict) by default"
        case (nil, _): "\(verdict) (\(reason.rawValue))"
        }
    }
}
