public import LinuxSystem
internal import SystemPackage

/// A task executor whose single thread lives in a network namespace of its own.
///
/// The namespace has no name and no mount: it disappears with the thread, even if the process
/// crashes. A task that prefers this executor, and its children, stay inside over every `await`;
/// `Task.detached` and `@MainActor` do not. ``perform(_:)`` does the same for synchronous code.
public final class NamespaceExecutor: TaskExecutor, Sendable {
    private let thread: WorkerThread

    /// The namespace of the thread.
    public let namespace: NetworkNamespace
    /// The kernel's id of the thread, which `ip link set … netns TID` understands.
    public let threadID: Int32

    /// Starts a thread and moves it into a new namespace, with the loopback interface down.
    public init() throws {
        thread = try WorkerThread()
        (namespace, threadID) = try thread.perform {
            try NetworkNamespace.unshareCurrentThread()
            try Self.giveUpOrphansSoon()
            return (try NetworkNamespace.current, WorkerThread.currentID)
        }
    }

    /// Has the kernel send the data of a closed connection again once, not for a minute and a half: as long
    /// as it does, where packets are dropped, the namespace lives, and the programs of the connection's cgroup.
    private static func giveUpOrphansSoon() throws {
        let retries = try FileDescriptor.open("/proc/sys/net/ipv4/tcp_orphan_retries", .writeOnly)
        try retries.closeAfter { _ = try retries.writeAll("1".utf8) }
    }

    /// Takes a job of the Swift runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        thread.enqueue { job.runSynchronously(on: executor) }
    }

    /// Runs a closure on the thread, inside the namespace, and waits for its answer.
    ///
    /// Called on the thread itself, the closure runs at once.
    @discardableResult
    public func perform<Result>(_ body: () throws -> Result) throws -> Result {
        try thread.perform(body)
    }

    /// Ends the thread once its jobs are done; without other users the namespace goes too.
    public func stop() {
        thread.stop()
    }

    deinit {
        thread.stop()
    }
}

/// Runs a test's body in a new network namespace that ends with it; loopback is up.
public func withNetworkNamespace<Result: Sendable>(
    _ body: @Sendable @escaping () async throws -> Result
) async throws -> Result {
    let executor = try NamespaceExecutor()
    defer { executor.stop() }
    try executor.perform { try runChecked(["ip", "link", "set", "lo", "up"]) }
    return try await withTaskExecutorPreference(executor) { try await body() }
}
