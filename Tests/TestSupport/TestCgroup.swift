internal import Glibc
public import LinuxSystem
internal import SystemPackage

/// A cgroup of version 2 for one test: see ``withCgroup(_:)``.
public struct TestCgroup: Sendable {
    /// Its path below the mount, `/netctl-test-…`.
    public let path: String
    /// Its directory.
    public let directory: String

    private init(path: String, directory: String) {
        self.path = path
        self.directory = directory
    }

    /// Makes one with a name that is free.
    init() throws {
        let mount = try CgroupMount.current()
        var template = Array("\(mount.path)/netctl-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(
                attempt: "make cgroup", subject: mount.path, errno: Errno(rawValue: errno))
        }
        directory = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = String(directory.dropFirst(mount.path.count))
    }

    /// The cgroup, open.
    public func open() throws -> Cgroup.Handle {
        try CgroupMount.current().open(path)
    }

    /// Makes a cgroup below this one; it goes with it.
    public func child(_ name: String) throws -> TestCgroup {
        let child = TestCgroup(path: "\(path)/\(name)", directory: "\(directory)/\(name)")
        try Directory.make(child.directory)
        return child
    }

    /// Runs a command in the cgroup and waits for it, like ``TestSupport/run(_:environment:limit:)``.
    public func run(
        _ arguments: [String], environment: [String: String] = [:],
        limit: Duration = .seconds(30)
    ) throws(CommandError) -> CommandResult {
        try TestSupport.run(command(arguments), environment: environment, limit: limit)
    }

    /// What to run to have a command run in the cgroup: for ``BackgroundCommand``.
    public func command(_ arguments: [String]) -> [String] {
        ["sh", "-c", "echo $$ >'\(directory)/cgroup.procs' && exec \"$@\"", "sh"] + arguments
    }

    /// Ends what runs in the cgroup and those below, and removes them.
    func remove() {
        let killer = Glibc.open("\(directory)/cgroup.kill", O_WRONLY | O_CLOEXEC)
        if killer >= 0 {
            _ = write(killer, "1", 1)
            close(killer)
        }
        // A killed process leaves its cgroup a moment later.
        for _ in 0..<1000 {
            removeTree(directory)
            if (try? FileIdentity(path: directory)) == nil { return }
            usleep(5000)
        }
    }

    private func removeTree(_ directory: String) {
        for name in (try? Directory.entries(at: directory)) ?? [] where !name.contains(".") {
            removeTree("\(directory)/\(name)")
        }
        try? Directory.remove(directory)
    }
}

/// Runs a test's body with a new cgroup below the root, which is removed, with those below it and
/// all processes in them, when the body is done or has failed.
public func withCgroup<Result>(_ body: (TestCgroup) throws -> Result) throws -> Result {
    let cgroup = try TestCgroup()
    defer { cgroup.remove() }
    return try body(cgroup)
}

/// The same for a body that suspends.
public func withCgroup<Result: Sendable>(
    _ body: @Sendable (TestCgroup) async throws -> Result
) async throws -> Result {
    let cgroup = try TestCgroup()
    defer { cgroup.remove() }
    return try await body(cgroup)
}
