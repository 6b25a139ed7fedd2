import Foundation
import TestSupport
import Testing

@testable import netctl

/// Set files as people have them, through the command.
@Suite("Set files", .limitsAddresses)
struct SetFileInputTests {
    private static func policy(_ file: String) -> String {
        policyText(top: "sets: { bad: { file: \(file) } }")
            .replacing("dport: 443", with: "src: \"@bad\"")
    }

    /// Validates a policy with a set file that a shell command writes to `$FILE`.
    private func validate(
        _ command: String, _ options: [String] = [], memory: Int = 1 << 30,
        _ body: (_ result: CommandResult, _ file: String) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(Self.policy("feed.txt"), to: "edge.yaml")
        let file = directory.appending("feed.txt")
        try runChecked(["sh", "-c", command], environment: ["FILE": file])
        let result = try run(
            ["prlimit", "--as=\(memory)", Netctl.path, "validate", policy] + options,
            limit: .seconds(300))
        try body(result, file)
    }

    @Test(
        "what is no list of addresses: refused with file, place and reason, within 1 GB of memory",
        arguments: [
            (
                "mkfifo $FILE", "edge.yaml:3:22: error:",
                "it is a FIFO, and a set file is a regular file"
            ),
            (
                "mkdir $FILE", "edge.yaml:3:22: error:",
                "it is a folder, and a set file is a regular file"
            ),
            ("truncate --size=1G $FILE", ":1: error:", "a NUL byte: this is not a text file"),
            ("head -c 100000 $(command -v bash) >$FILE", ":1: error:", "NUL byte"),
            (
                "echo 192.0.2.1 | gzip | head -c 20 >$FILE", ": error:",
                "the gzip data ends too early"
            ),
            (
                "printf '# a\\n\\n192.0.2.300\\n' | gzip >$FILE", ":3: error:",
                "'192.0.2.300' is not an address"
            ),
            (
                // Unpacked, 80 members of 16 MB on a line.
                "head -c 16M /dev/zero | tr '\\0' '#' | gzip >$FILE.one;"
                    + " for i in $(seq 80); do cat $FILE.one; done >$FILE",
                ": error:", "the set files up to this one hold more than 1024 MiB of text"
            ),
        ])
    func refused(_ command: String, _ place: String, _ words: String) throws {
        try validate(command) { result, file in
            #expect(result.status == 3, "\(result)")
            #expect(result.stderr.contains(words), "\(result)")
            #expect(
                result.stderr.contains(place.hasPrefix("edge") ? place : "\(file)\(place)"),
                "\(result)")
            #expect(result.stderr.utf8.count < 2_000)
        }
    }

    @Test("gzip, whatever its name; an empty file is a warning")
    func accepted() throws {
        try validate("echo 192.0.2.1 | gzip >$FILE", ["--strict", "--verbose"]) { result, _ in
            #expect(result.status == 0, "\(result)")
            #expect(result.stdout.contains("set 'bad': IPv4: 1 prefix, 1 address\n"), "\(result)")
        }
        for command in [": >$FILE", ": | gzip >$FILE", "echo '# nothing' >$FILE"] {
            try validate(command) { result, _ in
                #expect(result.status == 0, "\(result)")
                #expect(
                    result.stderr.contains("warning: set file 'feed.txt' holds no addresses"),
                    "\(result)")
            }
        }
    }

    @Test("-o json: how much each set holds")
    func document() throws {
        try validate("printf '10.0.0.0/8\\n10.0.0.1\\n::/0\\n::/0' >$FILE", ["-o", "json"]) {
            result, _ in
            #expect(
                result.stdout.hasSuffix(
                    #""sets":[{"contained":1,"duplicates":1,"#
                        + #""ipv4":{"addresses":"16777216","prefixes":2},"#
                        + #""ipv6":{"addresses":"340282366920938463463374607431768211456","#
                        + #""prefixes":1},"name":"bad","ports":0}],"version":1}"# + "\n"),
                "\(result)")
        }
    }

    @Test("progress: a line after a second, ten times a second, and gone in the end")
    func progress() {
        var now = ContinuousClock.now
        var written: [String] = []
        let line = ProgressLine(now: { now }, write: { written.append($0) })
        for step in 0..<150 {
            line.show("step \(step)")
            now += .milliseconds(10)
        }
        #expect(written == [100, 110, 120, 130, 140].map { "\rstep \($0)\u{1B}[K" })
        line.clear()
        line.clear()
        #expect(written.count == 6 && written.last == "\r\u{1B}[K")
        let quick = ProgressLine(now: { now }, write: { written.append($0) })
        quick.show("soon done")
        quick.clear()
        #expect(written.count == 6)
    }

    @Test("no progress where nobody reads it, or wants it", arguments: [true, false])
    func noProgress(quiet: Bool) {
        // Standard error of the tests may be a terminal.
        #expect(ProgressLine(quiet: true) == nil)
        #expect((ProgressLine(quiet: quiet) == nil) == (quiet || !Terminal.showsMessages))
    }
}
