import ArgumentParser
import Datapath
import Policy
import PolicyCompiler
import Statistics

struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a policy's own tests on the real programs.",
        discussion: """
            Each entry of tests: in the policy describes a packet and says what its filter is to do \
            with it. The filter's program is loaded, attached to nothing, and run on that packet; \
            rules that only monitor are judged as if they were enforced. It is the program of XDP, \
            or of TC where a rule or the packet has a mark. A test of a device list describes a \
            request; the kernel cannot try such programs, so that what the list means is asked. \
            Nothing that is in force is touched.

              netctl test policy.yaml
              netctl test /etc/netctl -o json

            Exit codes: 0 all tests pass, or there are none; 1 a test fails; 3 invalid policy; \
            4 privilege lacking.
            """)

    @Argument(
        help: "Policy files or folders of them; together they form one policy.",
        completion: .file())
    var files: [String]

    @Flag(help: "Refuse warnings, too.")
    var strict = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let policy = try LoadedPolicy(files, quiet: global.quiet).accepted(strict: strict)
                .policy
            let results = try PolicyTestResult.run(policy)
            try global.write(TestDocument(policy, results), text: text(results))
            if results.isEmpty && global.output == .text {
                global.say("policy '\(policy.name)' has no tests: add tests: to it")
            }
            guard results.allSatisfy(\.isPassed) else { throw ExitStatus.failed }
        }
    }

    private func text(_ results: [PolicyTestResult]) -> [String] {
        guard !results.isEmpty else { return [] }
        let failed = results.filter { !$0.isPassed }.count
        let summary =
            "\(results.count) test\(results.count == 1 ? "" : "s"), "
            + (failed == 0 ? "all passed" : "\(failed) failed")
        return results.filter { !global.quiet || !$0.isPassed }.map(\.line)
            + (global.quiet ? [] : [summary])
    }
}

/// The JSON document of `netctl test`.
private struct TestDocument: Encodable {
    let version = 1
    let policy: String
    let passed: Int
    let failed: Int
    let tests: [Entry]

    struct Entry: Encodable {
        let name: String
        @ExplicitNull var filter: String?
        @ExplicitNull var device: String?
        let hook: Hook
        let file: String
        let line: Int
        let passed: Bool
        let expect: Expectation
        let got: Outcome
        @ExplicitNull var message: String?
    }

    struct Expectation: Encodable {
        let verdict: String
        @ExplicitNull var rule: String?
    }

    struct Outcome: Encodable {
        let verdict: String
        let reason: Reason
        @ExplicitNull var rule: String?
    }

    init(_ policy: Policy, _ results: [PolicyTestResult]) {
        self.policy = policy.name.text
        passed = results.filter(\.isPassed).count
        failed = results.count - passed
        tests = results.map { result in
            let judgement = result.answer.judgement
            return Entry(
                name: result.test.name, filter: result.test.filter?.text,
                device: result.test.devices?.text, hook: result.hook,
                file: result.test.location.file, line: result.test.location.line,
                passed: result.isPassed,
                expect: Expectation(
                    verdict: result.test.expect.rawValue, rule: result.test.rule?.description),
                got: Outcome(
                    verdict: judgement.verdict.name(on: result.hook), reason: judgement.reason,
                    rule: judgement.rule?.text),
                message: result.failure)
        }
    }
}
