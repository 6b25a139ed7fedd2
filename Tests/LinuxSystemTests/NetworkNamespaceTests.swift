import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Network namespaces")
struct NetworkNamespaceTests {
    @Test("inside is elsewhere, before and after are home", .requiresRoot)
    func enterAndLeave() async throws {
        try await withNetworkNamespace {
            let executor = try NamespaceExecutor()
            let before = try NetworkNamespace.current
            let handle = try NetworkNamespace.Handle.process(executor.threadID)
            let inside = try handle.perform { try NetworkNamespace.current }
            #expect(inside == executor.namespace)
            #expect(inside == handle.namespace)
            #expect(inside != before)
            #expect(try NetworkNamespace.current == before)

            #expect(throws: Errno.ioError) { try handle.perform { throw Errno.ioError } }
            #expect(try NetworkNamespace.current == before)
        }
    }

    @Test("a handle keeps its namespace alive; nesting goes back one by one", .requiresRoot)
    func nesting() async throws {
        try await withNetworkNamespace {
            let home = try NetworkNamespace.current
            let first = try Self.orphan()
            let second = try Self.orphan()
            try first.perform {
                #expect(try NetworkNamespace.current == first.namespace)
                let inside = try second.perform { try NetworkNamespace.current }
                #expect(inside == second.namespace)
                #expect(try NetworkNamespace.current == first.namespace)
            }
            #expect(try NetworkNamespace.current == home)
        }
    }

    /// A namespace whose thread is gone.
    private static func orphan() throws -> NetworkNamespace.Handle {
        let executor = try NamespaceExecutor()
        let handle = try NetworkNamespace.Handle.process(executor.threadID)
        executor.stop()
        return handle
    }

    @Test("the initial namespace has no name to show", .requiresRoot)
    func initial() async throws {
        // Process 1 may be closed even to root, and this run may not be in its namespace.
        if let initial = NetworkNamespace.initial { #expect(initial.displayName == nil) }
        try await withNetworkNamespace {
            let current = try NetworkNamespace.current
            #expect(current.displayName == "net:[\(current.inode)]")
        }
    }

    @Test("names in /run/netns", .requiresRoot)
    func names() throws {
        // In a mount namespace with a /run of its own, so that this machine's is left alone.
        var holder = try BackgroundCommand([
            "unshare", "-m", "sh", "-ec",
            "mount -t tmpfs none /run; ip netns add blue; touch /run/netns/stale; echo ready;"
                + "exec sleep 60",
        ])
        try holder.waitForOutput("ready")
        try MountNamespace.perform(inMountNamespaceOf: holder.pid) {
            let namespace = try NetworkNamespace(named: "blue")
            #expect(NetworkNamespace.names() == [namespace.inode: "blue"])
            #expect(namespace.displayName == "blue")
            let handle = try NetworkNamespace.Handle.named("blue")
            #expect(try handle.perform { try NetworkNamespace.current } == namespace)
            let stale = #expect(throws: SystemError.self) { try NetworkNamespace(named: "stale") }
            #expect(stale?.errno == .invalidArgument)
        }
    }

    @Test("no such name", arguments: ["netctl-no-such-name"])
    func missing(name: String) {
        let error = #expect(throws: SystemError.self) { try NetworkNamespace(named: name) }
        #expect(
            error?.description == "open network namespace: \(name): no network namespace '\(name)'"
                + " in /run/netns (ENOENT)")
    }

    @Test("names that are none", arguments: ["", ".", "..", "a/b", "/proc/1/ns/net", "a\u{0}b"])
    func invalid(name: String) {
        let error = #expect(throws: SystemError.self) { try NetworkNamespace(named: name) }
        #expect(error?.errno == .invalidArgument)
    }

    @Test("no such process")
    func noProcess() {
        let error = #expect(throws: SystemError.self) { try NetworkNamespace(pid: .max) }
        #expect(error?.errno == .noSuchProcess)
    }

    @Test("a task stays in its namespace over suspension, and others stay out", .requiresRoot)
    func executor() async throws {
        let outside = try NetworkNamespace.current
        try await withThrowingTaskGroup(of: NetworkNamespace.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await withNetworkNamespace {
                        let inside = try NetworkNamespace.current
                        for _ in 0..<5 {
                            try await Task.sleep(for: .milliseconds(2))
                            #expect(try NetworkNamespace.current == inside)
                        }
                        return inside
                    }
                }
            }
            var seen: Set<NetworkNamespace> = [outside]
            for try await namespace in group { seen.insert(namespace) }
            #expect(seen.count == 9)
        }
        #expect(try NetworkNamespace.current == outside)
    }
}
