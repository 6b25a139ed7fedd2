import TestSupport
import Testing

/// Conditions that nothing meets, and conditions that are none.
@Suite("Filters on nothing", .requiresRoot) struct FilterInputTests {
    private static let events = ["events", "--duration", "100ms"]
    private static let trace = ["trace", "connect", "--duration", "100ms"]

    @Test(arguments: [
        (events + ["--pid", "4194000"], "--pid: there is no process 4194000 now"),
        (trace + ["--pid", "4194000"], "--pid: there is no process 4194000 now"),
        (events + ["--cgroup", "/no/such"], "--cgroup: there is no cgroup /no/such now"),
        (trace + ["--cgroup", "/no/such"], "--cgroup: there is no cgroup /no/such now"),
        (events + ["--unit", "no-such"], "--unit: there is no unit 'no-such' now"),
        (events + ["--rule", "no-such"], "--rule: no policy in force has a rule 'no-such' now"),
    ]) func `what is not there may come: a warning`(
        arguments: [String], warning: String
    ) async throws {
        try await withSandbox {
            let result = try run([Netctl.path] + arguments)
            #expect(result.status == 0 && result.stdout == "", "\(result)")
            #expect(result.stderr.contains("warning: \(warning)\n"), "\(result)")
        }
    }

    @Test(arguments: [
        (["events", "--netns", "no-such"], 1, "no network namespace 'no-such'"),
        (["events", "--reason", "no-such"], 2, "there is no reason 'no-such' here"),
        (["events", "--rule", "No Such"], 2, "cannot be a rule's name"),
        (["events", "--hook", "no-such"], 2, "--hook"),
        (["events", "--pid", "0"], 2, "--pid takes a number over 0"),
        (["events", "--count", "0"], 2, "--count takes a number over 0"),
        (["events", "--port", "70000"], 2, "--port"),
        (["events", "--ip", "10.0.0.300"], 2, "--ip"),
        (["events", "--sample", "0"], 2, "--sample takes a number over 0"),
        (["capture"], 2, "--write"),
        (["capture", "-w", "/no/such/file"], 1, "write capture: /no/such/file"),
        (["trace", "no-such"], 2, "no-such"),
        (["trace", "rst", "--port", "9-1"], 2, "--port"),
        (["trace", "rst", "--netns", "no-such"], 1, "no network namespace 'no-such'"),
        (["why"], 2, "Name a connection, a process or a host"),
        (["why", "10.0.0.1:0"], 2, "is no process id, no host and no end of a connection"),
        (["why", "no-such-host.invalid"], 1, "resolve name: no-such-host.invalid: "),
        (["probe", "list", "no-such:*"], 1, "there is none"),
        (["top"], 1, "they are no terminal (ENOTTY); --once"),
        (["top", "--once", "--by", "no-such"], 2, "--by"),
    ]) func `what cannot be is refused`(
        arguments: [String], status: Int32, message: String
    ) async throws {
        try await withSandbox {
            let result = try run([Netctl.path] + arguments)
            #expect(result.status == status, "\(result)")
            #expect(result.stderr.contains(message), "\(result)")
        }
    }
}
