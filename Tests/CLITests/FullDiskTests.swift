import Foundation
import TestSupport
import Testing

/// Disks that are full or read-only, and standard descriptors that are closed: an error, and nothing lost.
@Suite("Full and read-only disks", .requiresRoot)
struct FullDiskTests {
    /// Runs netctl with redirections of the shell's.
    private static func redirected(_ words: String, _ redirections: String) throws -> CommandResult
    {
        try run(
            ["sh", "-c", "exec \"$0\" \(words) \(redirections)", Netctl.path],
            limit: .seconds(120))
    }

    private static func expectFailure(_ result: CommandResult, _ words: String...) {
        #expect(result.status == 1, "\(result)")
        for word in words { #expect(result.stderr.contains(word), "\(word): \(result)") }
    }

    @Test("results that cannot be written are an error", arguments: ["/dev/full", "&-"])
    func results(target: String) async throws {
        try await withSandbox {
            _ = try VethPair.create()
            try expectSuccess(["attach", "near0"])
            try expectSuccess(["block", "add", "192.0.2.0/24"])
            let errno = target == "&-" ? "(EBADF)" : "(ENOSPC)"
            for words in [
                "status", "status -o json", "stats", "block list", "block list -o json",
                "block list --save -", "prog list", "validate --schema",
            ] {
                Self.expectFailure(
                    try Self.redirected(words, ">\(target)"), "write result: standard output: ",
                    errno)
            }
            try expectSuccess(["detach", "near0"])
        }
    }

    @Test("nothing of ours gets the number of a descriptor that the caller has closed")
    func closed() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let attach = try Self.redirected("attach near0", "<&- 2>&-")
            #expect(attach.status == 0, "\(attach)")
            #expect(attach.stdout.contains("attached near0 xdp"))
            // What is said of it has nowhere to go.
            let refused = try Self.redirected("apply no-such-file.yaml", "<&- >&- 2>&-")
            #expect(refused.status != 0 && refused.stdout + refused.stderr == "", "\(refused)")
            try Self.expectOccupied()
            try expectSuccess(["detach", "near0"], "detached near0 xdp")
        }
    }

    /// Looks at what a netctl without standard input and error has open, while it waits for its policy.
    private static func expectOccupied() throws {
        let folder = try TemporaryDirectory()
        let (fifo, policy) = (folder.appending("fifo"), "version: 1\nname: edge\n")
        try runChecked(["mkfifo", fifo])
        let reader = try BackgroundCommand([
            "sh", "-c", "exec \"$0\" validate \"$1\" <&- 2>&-", Netctl.path, fifo,
        ])
        let seen = try runChecked([
            "sh", "-c",
            "exec 3>\"$1\" && readlink /proc/$2/fd/0 /proc/$2/fd/2 && printf \"$3\" >&3",
            "sh", fifo, "\(reader.pid)", policy,
        ])
        #expect(seen == "/dev/null\n/dev/null\n")
        let result = try reader.wait()
        #expect(result.status == 0, "\(result)")
    }

    @Test("a file is written whole or left as it was, and no draft stays", .requiresClang)
    func files() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                "int nothing;\nchar LICENSE[] __attribute__((section(\"license\"))) = \"GPL\";\n",
                to: "small.bpf.c")
            let disk = folder.appending("disk")
            try runChecked(["mkdir", disk])
            try runChecked(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk])
            try expectSuccess(["attach", "near0"])
            try expectSuccess(["block", "add", "192.0.2.0/24"])
            let (saved, compiled) = ("\(disk)/saved", "\(disk)/small.bpf.o")
            try expectSuccess(["block", "list", "--save", saved])
            let filled = try run(["dd", "if=/dev/zero", "of=\(disk)/fill", "bs=1k"])
            #expect(filled.stderr.contains("No space left"))
            let before = try runChecked(["sh", "-c", "ls \(disk); cat \(saved)"])

            func refusals(_ errno: String) throws {
                Self.expectFailure(
                    try netctl("block", "list", "--save", saved),
                    "save block list: \(saved): ", errno)
                Self.expectFailure(
                    try netctl("compile", source, "--to", compiled),
                    "write object: \(compiled): ", errno)
                #expect(try runChecked(["sh", "-c", "ls \(disk); cat \(saved)"]) == before)
            }
            try refusals("(ENOSPC)")
            try runChecked(["mount", "-o", "remount,ro", disk])
            try refusals("(EROFS)")
            Self.expectFailure(
                try netctl("capture", "-w", "\(disk)/new.pcapng"), "write capture: ", "(EROFS)")

            // What is no file stays what it is.
            let sink = folder.appending("sink")
            try runChecked(["mknod", sink, "c", "1", "3"])
            try expectSuccess(["block", "list", "--save", sink])
            try expectSuccess(["compile", source, "--to", sink])
            #expect(try runChecked(["stat", "-c", "%F", sink]).contains("character special"))
            try expectSuccess(["detach", "near0"])
            try runChecked(["umount", disk])
        }
    }

    @Test("pins on a read-only bpf file system: each command says so, nothing is lost")
    func pins() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let policy = try folder.write(
                """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules: [{ name: first, match: { proto: udp, dport: 9 }, action: drop }]
                """, to: "edge.yaml")
            try expectSuccess(["attach", "near0"])
            try expectSuccess(["apply", policy])
            let before = try expectSuccess(["status", "-o", "json"]).stdout
            try runChecked(["mount", "-o", "remount,ro", "/sys/fs/bpf"])
            for words in [
                ["apply", policy], ["detach", "near0"], ["pause", "near0"], ["stats", "near0"],
                ["show", "near0"], ["block", "add", "192.0.2.1"],
            ] {
                Self.expectFailure(
                    try run([Netctl.path] + words, limit: .seconds(60)), "(EROFS)",
                    "mount -o remount,rw /sys/fs/bpf")
            }
            let status = try expectSuccess(["status"])
            #expect(status.stdout.contains("problem unreadable"), "\(status)")
            #expect(!(status.stdout + status.stderr).contains("nothing is attached"), "\(status)")
            #expect(try netctl("status", "--check").status == 1)

            try runChecked(["mount", "-o", "remount,rw", "/sys/fs/bpf"])
            #expect(try expectSuccess(["status", "-o", "json"]).stdout == before)
            try expectSuccess(["detach", "near0"], "detached near0 xdp")
        }
    }
}
