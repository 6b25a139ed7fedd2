import TestSupport
import Testing

/// Commands of a user who is not root: what is lacking is said, and nothing else.
@Suite("Not root", .requiresRoot) struct UnprivilegedTests {
    @Test(arguments: [
        ["events", "--count", "1"], ["capture", "-w", "-"], ["trace", "exec"],
        ["trace", "connect"],
        ["sockets"], ["why", "127.0.0.1"], ["why", "1"], ["context", "on"], ["context", "status"],
        ["context", "off"], ["top", "--once"], ["probe", "check"],
    ])
    func `exit code 4, and why`(arguments: [String]) async throws {
        try await withSandbox {
            let result = try run(
                ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Netctl.path]
                    + arguments)
            #expect(result.status == 4, "\(result)")
            #expect(result.stdout == "", "\(result)")
            let message = result.stderr
            #expect(message.contains(/^netctl: .* \((EPERM|EACCES)\); run as root/), "\(result)")
        }
    }
}
