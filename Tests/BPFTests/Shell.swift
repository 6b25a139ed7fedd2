import Glibc

struct ShellError: Error {
    let command: String
    let status: Int32
}

/// Runs a script; it inherits the calling thread's network namespace.
func shell(_ script: String) throws(ShellError) {
    _ = try shellOutput(script)
}

/// Runs a script and reads its standard output.
func shellOutput(_ script: String) throws(ShellError) -> String {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
        throw ShellError(command: script, status: errno)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    var arguments = ["sh", "-euc", script].map { (word: String) in strdup(word) } + [nil]
    defer { arguments.forEach { free($0) } }
    var pid = pid_t()
    let spawned = posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, environ)
    close(ends[1])
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 {
        output += chunk.prefix(count)
    }
    close(ends[0])
    var status: Int32 = -1
    guard spawned == 0, waitpid(pid, &status, 0) == pid, status == 0 else {
        throw ShellError(command: script, status: status)
    }
    return String(decoding: output, as: UTF8.self)
}

/// Runs `body` on a thread in a network namespace of its own, which ends with the thread.
func inNewNetworkNamespace(_ body: @escaping () throws -> Void) throws {
    final class Job {
        let body: () throws -> Void
        var outcome: Result<Void, any Error> = .success(())
        init(_ body: @escaping () throws -> Void) { self.body = body }
    }
    let job = Job(body)
    var thread = pthread_t()
    let created = pthread_create(
        &thread, nil,
        { pointer in
            guard let pointer else { return nil }
            let job = Unmanaged<Job>.fromOpaque(pointer).takeUnretainedValue()
            job.outcome = Result {
                // Glibc's module hides unshare(2), which needs _GNU_SOURCE.
                typealias Unshare = @convention(c) (Int32) -> Int32
                guard let symbol = dlsym(nil, "unshare"),
                    unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000) == 0  // CLONE_NEWNET
                else {
                    throw ShellError(command: "unshare", status: errno)
                }
                try job.body()
            }
            return nil
        }, Unmanaged.passUnretained(job).toOpaque())
    guard created == 0 else {
        throw ShellError(command: "pthread_create", status: created)
    }
    pthread_join(thread, nil)
    try job.outcome.get()
}

/// A bpf file system of the test's own, away from everybody's /sys/fs/bpf.
func withBPFFileSystem(_ body: (String) throws -> Void) throws {
    let path = String(try shellOutput("mktemp -d /tmp/netctl-bpffs.XXXXXX").dropLast())
    defer { try? shell("umount -l '\(path)' 2>/dev/null || true; rmdir '\(path)'") }
    try shell("mount -t bpf bpf '\(path)'")
    try body(path)
}
