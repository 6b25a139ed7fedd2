package import Policy
internal import PolicyCompiler

/// What became of one test.
package struct PolicyTestResult {
    /// The test.
    package let test: PolicyTest
    /// What the program did.
    package let answer: FilterTrial.Answer

    /// Runs every test of a policy; the program of a filter is loaded once.
    ///
    /// - Throws: ``DatapathError``.
    package static func run(_ policy: Policy) throws(DatapathError) -> [PolicyTestResult] {
        try translating { try results(policy) }
    }

    private static func results(_ policy: Policy) throws -> [PolicyTestResult] {
        var trials: [Name: FilterTrial] = [:]
        return try policy.tests.map { test in
            guard let filter = policy.filter(named: test.filter) else {
                preconditionFailure("the reader has checked that filter '\(test.filter)' exists")
            }
            let trial =
                try trials[test.filter]
                ?? FilterTrial(
                    filter.enforced, sets: policy.sets, hook: .xdp)
            trials[test.filter] = trial
            return PolicyTestResult(test: test, answer: try trial.judge(test.frame()))
        }
    }

    /// Whether verdict and rule are what the test expects, and nobody doubts it.
    package var isPassed: Bool {
        answer.judgement.verdict.rawValue == test.expect.rawValue && isDeciderRight
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
        return "expected \(test.expect.rawValue)\(by), got \(answer.judgement.sentence)"
    }

    /// `ok  name`, or `FAIL name: why` with its place.
    package var line: String {
        guard let failure else { return "ok    \(test.name)" }
        return "FAIL  \(test.name): \(failure) (\(test.location.file):\(test.location.line))"
    }
}

extension ReferenceInterpreter.Judgement {
    /// `drop by telnet`, `pass by default`, `drop (malformed)`.
    fileprivate var sentence: String {
        switch (rule, reason) {
        case (let rule?, .monitor): "\(verdict) by \(rule) (monitor)"
        case (let rule?, _): "\(verdict) by \(rule)"
        case (nil, .default): "\(verdict) by default"
        case (nil, _): "\(verdict) (\(reason.rawValue))"
        }
    }
}
