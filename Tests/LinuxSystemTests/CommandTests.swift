import TestSupport
import Testing

/// The test kit's own tests have no target of their own.
@Suite("Commands")
struct CommandTests {
    @Test("status and both outputs, without a shell")
    func outputs() throws {
        let result = try run(
            ["sh", "-c", "echo $X; echo err >&2; exit 3"], environment: ["X": "y z"])
        #expect(result.status == 3)
        #expect(result.stdout == "y z\n")
        #expect(result.stderr == "err\n")
        #expect(try runChecked(["echo", "$HOME", "a b"]) == "$HOME a b\n")
    }

    @Test("more output than a pipe holds")
    func large() throws {
        let result = try run(["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x"])
        #expect(result.stdout.utf8.count == 1_000_000)
    }

    @Test("a signal, a failure, no such command, too slow")
    func failures() throws {
        #expect(try run(["sh", "-c", "kill -9 $$"]).status == 137)
        #expect(throws: CommandError.self) { try runChecked(["false"]) }
        #expect(throws: CommandError.self) { try run(["/nowhere"]) }
        let error = #expect(throws: CommandError.self) {
            try run(["sleep", "60"], limit: .milliseconds(50))
        }
        #expect(error?.description.contains("not finished") == true)
    }
}
